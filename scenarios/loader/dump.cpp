#include "scenarios/loader/dump.hpp"

#include <fmt/format.h>

#include "scenarios/spec/field_tree.hpp"

namespace chatsim::loader {
namespace {

/// Double-quoted, so that any text survives; control characters are escaped.
std::string quoted_scalar(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += std::string("\\") + c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result + "\"";
}

void write(const spec::FieldNode& section, const spec::Scenario& scenario, const std::string& indent,
           std::string& yaml) {
  for (const spec::FieldNode& field : section.children) {
    yaml += indent + field.name + ":";
    if (field.kind == spec::FieldKind::section) {
      yaml += "\n";
      write(field, scenario, indent + "  ", yaml);
      continue;
    }
    if (field.kind == spec::FieldKind::list) {
      yaml += field.size(scenario) == 0 ? " []\n" : "\n";
      for (std::size_t i = 0; i < field.size(scenario); ++i) {
        std::string item;
        write(field.item(i), scenario, indent + "    ", item);
        item.replace(indent.size() + 2, 1, "-");
        yaml += item;
      }
      continue;
    }
    const std::string text = field.text(scenario);
    yaml += " " + (field.kind == spec::FieldKind::text ? quoted_scalar(text) : text) + "\n";
  }
}

}  // namespace

std::string to_yaml(const spec::Scenario& scenario) {
  std::string yaml;
  write(spec::scenario_fields(), scenario, "", yaml);
  return yaml;
}

}  // namespace chatsim::loader
