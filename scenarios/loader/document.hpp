#pragma once

#include <optional>
#include <string>
#include <vector>

namespace chatsim::loader {

/// What a scenario needs of YAML: maps, lists and scalars, with positions. Lines and columns count from 1.
struct Node {
  struct Entry;
  enum class Kind { null, scalar, map, sequence };

  Kind kind = Kind::null;
  std::string text;            ///< Of a scalar.
  std::vector<Entry> entries;  ///< Of a map, duplicates included.
  std::vector<Node> items;     ///< Of a sequence.
  int line = 0;
  int column = 0;
};

struct Node::Entry {
  Node key;
  Node value;
};

struct DocumentIssue {
  int line = 0;
  int column = 0;
  std::string message;
};

struct Document {
  std::optional<Node> root;  ///< Present when the text could be parsed as YAML.
  std::vector<DocumentIssue> issues;
};

/// Parses any bytes in bounded time and memory: aliases are copied, and what has too many values or is nested
/// too deep is an issue.
Document parse_document(const std::string& text);

}  // namespace chatsim::loader
