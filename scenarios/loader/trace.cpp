#include "scenarios/loader/trace.hpp"

#include <fmt/format.h>

#include <sstream>

#include "scenarios/spec/fault_target.hpp"
#include "scenarios/spec/field_value.hpp"

namespace chatsim::loader {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// What is wrong with a line, if something is.
spec::Complaint read_line(const std::string& line, spec::Fault& fault) {
  std::istringstream stream(line);
  std::vector<std::string> cells;
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(trimmed(cell));
  if (cells.size() < 2 || cells.size() > 4) return "is not of the form 'seconds,kind,target,seconds until it is mended'";
  const auto read_seconds = [](const std::string& text, spec::Seconds& time) -> spec::Complaint {
    double seconds = 0;
    if (auto complaint = spec::read_value(text, seconds, spec::at_least(0))) return complaint;
    time = spec::Seconds{seconds};
    return std::nullopt;
  };
  if (auto complaint = read_seconds(cells[0], fault.at)) return complaint;
  if (auto complaint = spec::read_value(cells[1], fault.kind, spec::Choice{})) return complaint;
  if (cells.size() > 2) {
    if (auto complaint = spec::read_value(cells[2], fault.target, spec::Text{})) return complaint;
  }
  std::string error;
  if (!fault.target.empty() && !spec::parse_fault_targets(fault.target, error)) return error;
  if (cells.size() < 4 || cells[3].empty()) return std::nullopt;
  spec::Seconds lasts{0};
  if (auto complaint = read_seconds(cells[3], lasts)) return complaint;
  fault.lasts = lasts;
  return std::nullopt;
}

}  // namespace

std::vector<spec::Fault> parse_trace(const std::string& path, const std::string& text, std::vector<Issue>& issues) {
  std::vector<spec::Fault> faults;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::string content = trimmed(line.substr(0, line.find('#')));
    if (content.empty()) continue;
    spec::Fault fault;
    if (auto complaint = read_line(content, fault)) {
      issues.push_back({{path, number, 1}, "", *std::move(complaint)});
    } else {
      faults.push_back(std::move(fault));
    }
  }
  return faults;
}

}  // namespace chatsim::loader
