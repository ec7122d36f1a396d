#include "cli/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace chatsim::cli {
namespace {

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char letter : text) {
    if (letter == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += letter;
    }
  }
  return lines;
}

/// Characters, not bytes: scenario names may be UTF-8.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char letter) { return (letter & 0xC0) != 0x80; }));
}

}  // namespace

Table::Table(std::string title, std::vector<Column> columns)
    : title_(std::move(title)), columns_(std::move(columns)) {}

void Table::add_row(std::vector<std::string> cells, Ink ink) {
  if (cells.size() != columns_.size()) {
    throw std::logic_error(
        fmt::format("table '{}': {} cells for {} columns", title_, cells.size(), columns_.size()));
  }
  rows_.push_back({std::move(cells), ink});
}

std::vector<Table::Row> Table::header_rows() const {
  std::vector<std::vector<std::string>> headers;
  std::size_t height = 0;
  for (const Column& column : columns_) {
    headers.push_back(split_lines(column.header));
    height = std::max(height, headers.back().size());
  }
  std::vector<Row> rows(height, Row{std::vector<std::string>(columns_.size()), Ink::faint});
  for (std::size_t index = 0; index < headers.size(); ++index) {
    const std::size_t first = height - headers[index].size();
    for (std::size_t line = 0; line < headers[index].size(); ++line) {
      rows[first + line].cells[index] = headers[index][line];
    }
  }
  return rows;
}

std::vector<Table::Row> Table::lines_of(const Row& row) {
  std::vector<Row> lines;
  for (std::size_t index = 0; index < row.cells.size(); ++index) {
    const std::vector<std::string> cell = split_lines(row.cells[index]);
    while (lines.size() < cell.size()) lines.push_back({std::vector<std::string>(row.cells.size()), row.ink});
    for (std::size_t line = 0; line < cell.size(); ++line) lines[line].cells[index] = cell[line];
  }
  return lines;
}

std::string Table::render(const Paint& paint) const {
  std::vector<Row> rows = header_rows();
  for (const Row& row : rows_) {
    for (Row& line : lines_of(row)) rows.push_back(std::move(line));
  }

  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const Row& row : rows) {
    for (std::size_t index = 0; index < row.cells.size(); ++index) {
      widths[index] = std::max(widths[index], width_of(row.cells[index]));
    }
  }

  std::string text = title_.empty() ? "" : paint(Ink::strong, title_) + "\n";
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t index = 0; index < row.cells.size(); ++index) {
      const std::string padding(widths[index] - width_of(row.cells[index]), ' ');
      line += "  ";
      line += columns_[index].align == Align::left ? row.cells[index] + padding : padding + row.cells[index];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += paint(row.ink, line) + "\n";
  }
  return text;
}

std::string Table::markdown() const {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& cell : cells) {
      text += ' ';
      for (const char letter : cell) text += letter == '|' ? "\\|" : std::string(1, letter);
      text += " |";
    }
    return text + "\n";
  };
  std::vector<std::string> headers, rules;
  for (const Column& column : columns_) {
    headers.push_back(column.header);
    std::replace(headers.back().begin(), headers.back().end(), '\n', ' ');
    rules.push_back(column.align == Align::left ? "---" : "---:");
  }
  std::string text = title_.empty() ? "" : "## " + title_ + "\n\n";
  text += line(headers) + line(rules);
  for (const Row& row : rows_) text += line(row.cells);
  return text;
}

}  // namespace chatsim::cli
