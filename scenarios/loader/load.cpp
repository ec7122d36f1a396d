#include "scenarios/loader/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "scenarios/loader/document.hpp"
#include "scenarios/loader/file.hpp"
#include "scenarios/loader/suggestion.hpp"
#include "scenarios/loader/trace.hpp"
#include "scenarios/spec/field_tree.hpp"
#include "scenarios/spec/live.hpp"
#include "scenarios/spec/quantity_text.hpp"
#include "scenarios/spec/validate.hpp"

namespace chatsim::loader {
namespace {

using spec::FieldKind;
using spec::FieldNode;

/// A file with a thousand mistakes is the wrong file.
constexpr std::size_t issues_max = 100;
/// Of one scenario: whoever reads it has to follow them, too.
constexpr std::size_t files_max = 100;

const Node* find_entry(const Node& map, std::string_view key) {
  for (const Node::Entry& entry : map.entries) {
    if (entry.key.kind == Node::Kind::scalar && entry.key.text == key) return &entry.value;
  }
  return nullptr;
}

std::string join(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

std::string example(const FieldNode& section) {
  return section.children.empty() ? "" : section.children.front().name;
}

class Loading {
 public:
  explicit Loading(const LoadRequest& request) : request_(request) {}

  /// Of a variant of a scenario, which `sets_name` names.
  Loading(const LoadRequest& request, const spec::Scenario& running, const std::string& sets_name)
      : request_(request), sets_name_(sets_name), is_variant_(true), scenario_(running) {}

  LoadOutcome run() {
    if (!is_variant_ || !request_.path.empty()) load_file(request_.path, {});
    for (std::size_t i = 0; i < request_.sets.size(); ++i)
      apply_set(request_.sets[i], static_cast<int>(i) + 1);
    if (request_.seed) {
      scenario_.seed = *request_.seed;
      outcome_.provenance.record("seed", {seed_option});
    }
    if (request_.slice) apply_slice(*request_.slice);
    append_trace();
    check_across_fields();
    if (is_variant_ && outcome_.issues.empty() && !changes_anything_) complain(anywhere(), "", "changes nothing");
    if (outcome_.issues.size() > issues_max) {
      const auto more = outcome_.issues.size() - issues_max;
      outcome_.issues.resize(issues_max);
      outcome_.issues.push_back({anywhere(), "", fmt::format("{} more mistakes are not shown", more)});
    }
    if (outcome_.issues.empty()) outcome_.scenario = std::move(scenario_);
    return std::move(outcome_);
  }

 private:
  /// A file that is being loaded because the one before it extends it.
  struct Link {
    std::string path;  ///< As in messages.
    std::string identity;
  };

  /// Where a file is asked for: nowhere for the first one.
  struct Asked {
    std::optional<Position> position;
    std::size_t read_before_list = 0;  ///< Files that had been read when the list began that asks for it.
  };

  /// For what has no place of its own.
  Position anywhere() const { return {request_.path.empty() ? sets_name_ : request_.path}; }

  /// Whether a field may be set here; complains otherwise.
  bool may_set(const Position& position, const FieldNode& field) {
    changes_anything_ = true;
    if (!is_variant_ || spec::find_live_field(field.path)) return true;
    std::string message = "cannot change while the service runs";
    // The list of all of them is long: once is enough.
    if (const std::string fields = spec::live_fields_near(field.path); fields != last_live_fields_) {
      message += "; fields that can: " + fields;
      last_live_fields_ = fields;
    }
    complain(position, field.path, std::move(message));
    return false;
  }

  void complain(Position position, std::string path, std::string message) {
    failed_.push_back(path);
    outcome_.issues.push_back({std::move(position), std::move(path), std::move(message)});
  }

  void load_file(const std::string& path, const Asked& asked) {
    const FileText file = request_.read(path, asked.position ? FileKind::regular : FileKind::any);
    if (!file.error.empty()) {
      if (!asked.position) return complain({path}, "", file.error);
      return complain(*asked.position, "extends", spec::quoted(path) + ": " + file.error);
    }
    for (const Link& open : chain_) {
      if (open.identity != file.identity) continue;
      std::string circle;
      for (const Link& step : chain_) circle += step.path + " -> ";
      return complain(asked.position.value_or(Position{path}), "extends",
                      "goes in a circle: " + circle + path);
    }
    if (const auto read = std::find(read_.begin(), read_.end(), file.identity); read != read_.end()) {
      // What several files extend is read once, for the first of them, so that it does not undo what that one
      // says. In one list it would have to override the files before it.
      if (static_cast<std::size_t>(read - read_.begin()) < asked.read_before_list) return;
      return complain(asked.position.value_or(Position{path}), "extends",
                      spec::quoted(path) +
                          " has been read for a file before it, which overrides it; name it before "
                          "that one or not at all");
    }
    if (read_.size() == files_max) {
      return complain(asked.position.value_or(Position{path}), "extends",
                      fmt::format("{} is one file too many, at most {}", spec::quoted(path), files_max));
    }
    read_.push_back(file.identity);
    const Document document = parse_document(file.text);
    for (const DocumentIssue& issue : document.issues)
      complain({path, issue.line, issue.column}, "", issue.message);
    if (!document.root) {
      if (document.issues.empty()) complain({path}, "", "the file holds nothing but comments");
      return;
    }
    const Node& root = *document.root;
    if (root.kind != Node::Kind::map) {
      return complain({path, root.line, root.column}, "",
                      "not a scenario: the file must hold a map, for example 'name: small'");
    }
    chain_.push_back({path, file.identity});
    if (const Node* base = find_entry(root, "extends")) {
      if (is_variant_) {
        complain({path, base->line, base->column}, "extends",
                 "a variant has nothing but what changes; it is a variant of the scenario that is simulated");
      } else {
        load_bases(path, *base);
      }
    }
    apply_map(path, root, spec::scenario_fields());
    chain_.pop_back();
  }

  void load_bases(const std::string& path, const Node& bases) {
    // Of a single one, that it has been read is no contradiction.
    if (bases.kind != Node::Kind::sequence || bases.items.empty())
      return load_base(path, bases, read_.size());
    const std::size_t read_before = read_.size();
    for (const Node& base : bases.items) load_base(path, base, read_before);
  }

  void load_base(const std::string& path, const Node& base, std::size_t read_before_list) {
    const Position position{path, base.line, base.column};
    if (base.kind != Node::Kind::scalar || base.text.empty()) {
      return complain(position, "extends",
                      "must be the path of a file, relative to this one, or a list of such paths");
    }
    load_file((std::filesystem::path(path).parent_path() / base.text).lexically_normal().string(),
              {position, read_before_list});
  }

  void apply_map(const std::string& file, const Node& map, const FieldNode& section) {
    std::map<std::string, int> lines;
    for (const Node::Entry& entry : map.entries) {
      const Position position{file, entry.key.line, entry.key.column};
      if (entry.key.kind != Node::Kind::scalar) {
        complain(position, section.path, "a key must be a name");
        continue;
      }
      const std::string& key = entry.key.text;
      const std::string path = join(section.path, key);
      if (const auto [first, is_new] = lines.emplace(key, entry.key.line); !is_new) {
        complain(position, shortened(path), fmt::format("duplicate key, first at line {}", first->second));
      }
      if (section.path.empty() && key == "extends") continue;
      if (const FieldNode* field = section.find_child(key)) {
        apply(file, entry, *field);
      } else if (key == "<<") {
        complain(position, path, "merge keys are not supported; use 'extends: FILE' at the top");
      } else {
        complain(position, shortened(path), "unknown key" + suggest_key(key, section));
      }
    }
  }

  void apply(const std::string& file, const Node::Entry& entry, const FieldNode& field) {
    const Node& value = entry.value;
    const Position at_key{file, entry.key.line, entry.key.column};
    const Position at_value{file, value.line, value.column};
    if (value.kind == Node::Kind::null) return complain(at_key, field.path, "has no value");
    if (field.kind == FieldKind::section) {
      if (value.kind != Node::Kind::map) {
        return complain(at_value, field.path,
                        fmt::format("must hold keys such as '{}', not {}", example(field), name_of(value)));
      }
      outcome_.provenance.record(field.path, at_key);
      return apply_map(file, value, field);
    }
    if (!may_set(at_key, field)) return;
    if (field.kind == FieldKind::list) return apply_list(file, entry, field);
    if (value.kind != Node::Kind::scalar) {
      return complain(at_value, field.path, fmt::format("must be a single value, not {}", name_of(value)));
    }
    if (auto complaint = field.set(scenario_, value.text))
      return complain(at_value, field.path, *std::move(complaint));
    outcome_.provenance.record(field.path, at_value);
  }

  /// A list replaces the one of a file that this one extends.
  void apply_list(const std::string& file, const Node::Entry& entry, const FieldNode& list) {
    const Node& value = entry.value;
    if (value.kind != Node::Kind::sequence) {
      return complain({file, value.line, value.column}, list.path,
                      fmt::format("must be a list of items, each with keys such as '{}', not {}", example(list),
                                  name_of(value)));
    }
    if (value.items.size() > FieldNode::items_max) {
      return complain({file, value.line, value.column}, list.path,
                      fmt::format("{} items are too many, at most {}", value.items.size(), FieldNode::items_max));
    }
    outcome_.provenance.record(list.path, {file, entry.key.line, entry.key.column});
    list.resize(scenario_, 0);
    list.resize(scenario_, value.items.size());
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      const Node& item = value.items[i];
      const FieldNode& fields = list.item(i);
      const Position position{file, item.line, item.column};
      if (item.kind != Node::Kind::map) {
        complain(position, fields.path,
                 fmt::format("must hold keys such as '{}', not {}", example(list), name_of(item)));
        continue;
      }
      outcome_.provenance.record(fields.path, position);
      apply_map(file, item, fields);
    }
  }

  static std::string name_of(const Node& node) {
    switch (node.kind) {
      case Node::Kind::map:
        return "a map";
      case Node::Kind::sequence:
        return "a list";
      case Node::Kind::null:
        return "nothing";
      case Node::Kind::scalar:
        break;
    }
    return spec::quoted(node.text);
  }

  static std::string shortened(const std::string& path) {
    constexpr std::size_t longest = 120;
    return path.size() <= longest ? path : path.substr(0, longest) + "...";
  }

  void apply_set(const std::string& set, int number) {
    const Position position{sets_name_, number};
    const auto equals = set.find('=');
    if (equals == std::string::npos || equals == 0) {
      return complain(position, "", spec::quoted(set) + " is not of the form path=value");
    }
    const std::string path = set.substr(0, equals);
    const FieldNode* field = spec::find_field(path);
    if (field == nullptr) return complain(position, shortened(path), "unknown key" + suggest_path(path));
    if (field->kind == FieldKind::list) {
      return complain(position, path,
                      fmt::format("is a list; set a key of one of its items, such as '{}[0].{}'", path, example(*field)));
    }
    if (!make_room(path)) {
      return complain(position, shortened(path), "the list has no such item; the next one that can be set has the number "
                      "of items that there are");
    }
    if (field->kind == FieldKind::section) {
      return complain(
          position, path,
          fmt::format("is a section; set one of its keys, such as '{}.{}'", path, example(*field)));
    }
    if (!may_set(position, *field)) return;
    if (auto complaint = field->set(scenario_, set.substr(equals + 1))) {
      return complain(position, path, *std::move(complaint));
    }
    outcome_.provenance.record(path, position);
  }

  /// An item of a list is there once a field of it is set, behind those that are.
  bool make_room(const std::string& path) {
    const auto bracket = path.find('[');
    if (bracket == std::string::npos) return true;
    const FieldNode* list = spec::find_field(path.substr(0, bracket));
    const std::size_t index = std::stoul(path.substr(bracket + 1)), size = list->size(scenario_);
    if (index > size) return false;
    if (index == size) list->resize(scenario_, size + 1);
    return true;
  }

  void apply_slice(double slice) {
    const std::string path = "simulation.slice";
    if (auto complaint = spec::find_field(path)->set(scenario_, spec::number_text(slice)))
      return complain({slice_option}, path, *std::move(complaint));
    outcome_.provenance.record(path, {slice_option});
  }

  /// What a trace says is part of the timetable from here on, so that results hold it.
  void append_trace() {
    std::string& trace = scenario_.faults.trace;
    const auto position = outcome_.provenance.find("faults.trace");
    if (trace.empty() || !position) return;
    const bool of_file = position->file != set_option;
    const std::filesystem::path folder = of_file ? std::filesystem::path(position->file).parent_path() : "";
    const std::string path = (folder / trace).lexically_normal().string();
    const FileText file = request_.read(path, of_file ? FileKind::regular : FileKind::any);
    if (!file.error.empty()) return complain(*position, "faults.trace", spec::quoted(path) + ": " + file.error);
    std::vector<spec::Fault> faults = parse_trace(path, file.text, outcome_.issues);
    std::vector<spec::Fault>& timetable = scenario_.faults.timetable;
    if (timetable.size() + faults.size() > FieldNode::items_max) {
      return complain(*position, "faults.trace",
                      fmt::format("{} faults are too many, at most {}", faults.size(), FieldNode::items_max));
    }
    for (spec::Fault& fault : faults) {
      outcome_.provenance.record(fmt::format("faults.timetable[{}]", timetable.size()), *position);
      timetable.push_back(std::move(fault));
    }
    trace.clear();
  }

  /// Whether a mistake was already reported in what a check looks at: its verdict would be about a default.
  bool failed(const std::string& path) const {
    return std::any_of(failed_.begin(), failed_.end(), [&](const std::string& failed_path) {
      return failed_path == path || failed_path.starts_with(path + ".");
    });
  }

  void check_across_fields() {
    // When a file could not be read, everything in it is missing.
    if (failed("") || failed("extends")) return;
    for (spec::Issue& issue : spec::validate(scenario_)) {
      if (failed(issue.path) || std::any_of(issue.involves.begin(), issue.involves.end(),
                                            [&](const std::string& path) { return failed(path); })) {
        continue;
      }
      // Where the named field was written; when it is a default, where one of the others was.
      std::optional<Position> position = outcome_.provenance.find(issue.path);
      for (const std::string& path : issue.involves) {
        if (!position) position = outcome_.provenance.find(path);
      }
      outcome_.issues.push_back(
          {position.value_or(anywhere()), issue.path, std::move(issue.message)});
    }
  }

  const LoadRequest& request_;
  std::string sets_name_ = set_option;
  bool is_variant_ = false;
  bool changes_anything_ = false;
  std::string last_live_fields_;  // That were told.
  spec::Scenario scenario_;
  LoadOutcome outcome_;
  std::vector<Link> chain_;
  std::vector<std::string> read_;    ///< Identities of every file so far.
  std::vector<std::string> failed_;  ///< Paths of all issues.
};

}  // namespace

LoadOutcome load(const LoadRequest& request) { return Loading(request).run(); }

LoadOutcome load_variant(const spec::Scenario& scenario, const VariantRequest& request) {
  const LoadRequest changes{request.path, request.sets, std::nullopt, std::nullopt, request.read};
  return Loading(changes, scenario, "--variant " + request.name).run();
}

}  // namespace chatsim::loader
