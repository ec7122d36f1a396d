#include "scenarios/spec/fault_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "scenarios/spec/quantity_text.hpp"

namespace chatsim::spec {
namespace {

using Kind = FaultTarget::Kind;

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

bool read_elements(const std::string& text, FaultTarget& target) {
  if (const auto dash = text.find('-'); dash != std::string::npos) {
    const auto first = whole_number(std::string_view(text).substr(0, dash));
    const auto last = whole_number(std::string_view(text).substr(dash + 1));
    if (!first || !last || *last < *first) return false;
    target.first = *first;
    target.last = *last;
    return true;
  }
  const auto number = whole_number(text);
  if (!number) return false;
  target.first = target.last = *number;
  return true;
}

bool read_share(const std::string& text, FaultTarget& target) {
  std::string ignored;
  const auto share = parse_probability(text, ignored);
  if (text.find('%') == std::string::npos || !share || share->value() <= 0 || share->value() > 1) return false;
  target.share = share;
  return true;
}

std::optional<Kind> domain_kind(const std::string& word) {
  constexpr std::pair<std::string_view, Kind> names[] = {{"rack", Kind::rack},
                                                         {"pod", Kind::pod},
                                                         {"datacenter", Kind::datacenter},
                                                         {"region", Kind::region},
                                                         {"power", Kind::power}};
  for (const auto& [name, kind] : names) {
    if (word == name) return kind;
  }
  return std::nullopt;
}

std::optional<FaultTarget> parse_one(const std::string& text, std::string& error) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  FaultTarget target;
  if (words.empty()) {
    error = "names nothing; for example 'gateway 0-3', 'rack 2' or 'message_store 25%'";
    return std::nullopt;
  }
  const auto refuse = [&](const char* what) {
    error = fmt::format("{} {}", quoted(text), what);
    return std::nullopt;
  };
  target.name = words[0];
  if (words[0] == "replicas") {
    target.kind = Kind::replicas;
    constexpr std::string_view tables[] = {"message", "conversation", "group", "profile"};
    const auto row = words.size() == 3 ? whole_number(words[2]) : std::nullopt;
    if (!row || std::find(std::begin(tables), std::end(tables), words[1]) == std::end(tables)) {
      return refuse("is not of the form 'replicas TABLE NUMBER', with TABLE one of message, conversation, group, profile");
    }
    target.name = words[1];
    target.row = *row;
    return target;
  }
  if (const auto kind = domain_kind(words[0])) {
    target.kind = *kind;
    if (words.size() != 2 || !read_elements(words[1], target)) return refuse("is not of the form 'rack 3' or 'rack 0-2'");
    return target;
  }
  if (words.size() == 1) {
    target.share = Probability{1};
  } else if (words.size() != 2 || !(read_share(words[1], target) || read_elements(words[1], target))) {
    return refuse("is not of the form 'gateway', 'gateway 3', 'gateway 0-3' or 'gateway 25%'");
  }
  return target;
}

}  // namespace

std::optional<std::vector<FaultTarget>> parse_fault_targets(std::string_view text, std::string& error) {
  std::vector<FaultTarget> targets;
  while (true) {
    const auto comma = text.find(',');
    auto target = parse_one(std::string(text.substr(0, comma)), error);
    if (!target) return std::nullopt;
    targets.push_back(*std::move(target));
    if (comma == std::string_view::npos) return targets;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace chatsim::spec
