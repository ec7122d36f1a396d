#include "scenarios/loader/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <sstream>

#include "scenarios/spec/quantity_text.hpp"
#include "scenarios/spec/utf8.hpp"

namespace chatsim::loader {
namespace {

/// Of what is kept and copied: aliases of aliases grow exponentially. A scenario has less than 200 fields.
constexpr std::size_t nodes_max = 20'000;
/// A long text counts as several nodes.
constexpr std::size_t characters_per_node = 100;

struct TooManyNodes {
  YAML::Mark mark;
};

std::size_t size(const Node& node) {
  std::size_t count = 1 + node.text.size() / characters_per_node;
  for (const Node::Entry& entry : node.entries) count += size(entry.key) + size(entry.value);
  for (const Node& item : node.items) count += size(item);
  return count;
}

/// Builds the tree from yaml-cpp's events. YAML::Node is not used: it hides duplicate keys and the positions
/// of aliases, and a document can make it refer to itself.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(Document& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) complain(mark, "a second document begins here; a scenario is one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(node_at(mark, Node::Kind::null), anchor, mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      complain(mark, "the alias is inside of what it stands for");
      return add(node_at(mark, Node::Kind::null), 0, mark);
    }
    count(size(found->second), mark);
    add(found->second, 0, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    Node node = node_at(mark, Node::Kind::scalar);
    node.text = value;
    add(std::move(node), anchor, mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open_.push_back({node_at(mark, Node::Kind::sequence), anchor, {}});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    open_.push_back({node_at(mark, Node::Kind::map), anchor, {}});
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    std::optional<Node> key;
  };

  static Node node_at(const YAML::Mark& mark, Node::Kind kind) {
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void complain(const YAML::Mark& mark, std::string message) {
    document_.issues.push_back({mark.line + 1, mark.column + 1, std::move(message)});
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    // "?" stands for a plain scalar, "!" for a quoted one.
    if (!tag.empty() && tag != "?" && tag != "!") complain(mark, "tags (" + spec::quoted(tag) + ") have no meaning here");
  }

  void count(std::size_t nodes, const YAML::Mark& mark) {
    nodes_ += nodes;
    if (nodes_ > nodes_max) throw TooManyNodes{mark};
  }

  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    YAML::Mark mark;
    mark.line = done.node.line - 1;
    mark.column = done.node.column - 1;
    add(std::move(done.node), done.anchor, mark);
  }

  void add(Node node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    count(1, mark);
    if (anchor != 0) {
      count(size(node), mark);
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      if (documents_ < 2) document_.root = std::move(node);
    } else if (Open& parent = open_.back(); parent.node.kind == Node::Kind::map) {
      if (!parent.key) {
        parent.key = std::move(node);
      } else {
        parent.node.entries.push_back({*std::move(parent.key), std::move(node)});
        parent.key.reset();
      }
    } else {
      parent.node.items.push_back(std::move(node));
    }
  }

  Document& document_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

/// What cannot be a scenario's text. yaml-cpp would guess at other encodings, and take other characters for what it does not
/// understand.
std::optional<DocumentIssue> find_binary(const std::string& text) {
  DocumentIssue issue{1, 1, ""};
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    issue.message = "the file is UTF-16; save it as UTF-8";
    return issue;
  }
  const std::size_t ill_formed = spec::find_ill_formed(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') {
      issue.message = fmt::format("not a text file: it holds a byte 0x{:02x}", byte);
      return issue;
    }
    if (i == ill_formed) {
      issue.message = fmt::format("not UTF-8: byte 0x{:02x} belongs to no character; save the file as UTF-8", byte);
      return issue;
    }
    // Columns count characters: the later bytes of one begin with the bits 10.
    if ((byte & 0xc0) != 0x80) ++issue.column;
    if (c == '\n') issue.line++, issue.column = 1;
  }
  return std::nullopt;
}

}  // namespace

Document parse_document(const std::string& text) {
  Document document;
  if (auto binary = find_binary(text)) {
    document.issues.push_back(*std::move(binary));
    return document;
  }
  const auto fail = [&](const YAML::Mark& mark, std::string message) {
    document.root.reset();
    document.issues.push_back({mark.line + 1, mark.column + 1, std::move(message)});
  };
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Builder builder(document);
    // The second call only finds out whether there is a second document.
    if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  } catch (const YAML::Exception& exception) {
    fail(exception.mark, "malformed YAML: " + exception.msg);
  } catch (const TooManyNodes& excess) {
    fail(excess.mark, fmt::format("more than {} values, aliases expanded", nodes_max));
  }
  return document;
}

}  // namespace chatsim::loader
