#pragma once

#include <string>
#include <vector>

#include "cli/paint.hpp"

namespace chatsim::cli {

/// Columns as wide as their widest cell, two spaces apart, under headers of one or more lines.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string header;  ///< Lines separated by \n; shorter headers stand on the last line.
    Align align = Align::right;
  };

  Table(std::string title, std::vector<Column> columns);

  /// As many cells as there are columns. An empty cell is one that has no meaning in this row; one of several
  /// lines, separated by \n, begins on the first line of the row.
  void add_row(std::vector<std::string> cells, Ink ink = Ink::plain);

  bool empty() const { return rows_.empty(); }

  /// Every line ends with a newline and without trailing spaces.
  std::string render(const Paint& paint) const;

  /// The same as a table of Markdown, under its title as a heading of level 2.
  std::string markdown() const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Ink ink;
  };

  std::vector<Row> header_rows() const;
  static std::vector<Row> lines_of(const Row& row);

  std::string title_;
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace chatsim::cli
