#include "planner/sweep/sweep_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>

namespace chatsim::planner {
namespace {

constexpr int format = 1;  // Of the tables.
/// SQLite keeps it in the head of the file: "chat".
constexpr int application_id = 0x63686174;

[[noreturn]] void fail(sqlite3* database, const std::string& path) {
  const int code = sqlite3_errcode(database);
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    throw SweepFileError(fmt::format("{}: another process is at this sweep; wait for it or end it", path));
  if (code == SQLITE_NOTADB) throw SweepFileError(fmt::format("{}: is no file of a sweep", path));
  throw SweepFileError(fmt::format("{}: {}", path, sqlite3_errmsg(database)));
}

}  // namespace

struct SweepFile::Database {
  explicit Database(const std::string& the_path) : path(the_path) {
    if (sqlite3_open(path.c_str(), &handle) == SQLITE_OK) return;
    const std::string what = fmt::format("{}: {}", path, sqlite3_errmsg(handle));
    sqlite3_close(handle);
    throw SweepFileError(what);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(handle); }

  void run(const std::string& sql) {
    if (sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle, path);
  }

  sqlite3* handle = nullptr;
  std::string path;
};

namespace {

/// A prepared statement with its values; steps through rows.
class Statement {
 public:
  Statement(sqlite3* database, const std::string& path, const std::string& sql) : database_(database), path_(path) {
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &handle_, nullptr) != SQLITE_OK) fail(database, path);
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(handle_); }

  Statement& bind(std::uint64_t value) { return check(sqlite3_bind_int64(handle_, ++bound_, static_cast<sqlite3_int64>(value))); }
  Statement& bind(const std::string& value) {
    return check(sqlite3_bind_text(handle_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT));
  }
  Statement& bind(double value) {
    return check(std::isfinite(value) ? sqlite3_bind_double(handle_, ++bound_, value) : sqlite3_bind_null(handle_, ++bound_));
  }
  /// \returns whether there is a row.
  bool step() {
    const int code = sqlite3_step(handle_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(database_, path_);
    return code == SQLITE_ROW;
  }
  /// For the next values of a statement without rows.
  void run() {
    step();
    sqlite3_reset(handle_);
    bound_ = 0;
  }
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(sqlite3_column_int64(handle_, column)); }
  std::string text(int column) const {
    const auto* found = sqlite3_column_text(handle_, column);
    return found == nullptr ? "" : reinterpret_cast<const char*>(found);
  }
  bool is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  double real(int column) const { return sqlite3_column_double(handle_, column); }

 private:
  Statement& check(int code) {
    if (code != SQLITE_OK) fail(database_, path_);
    return *this;
  }
  sqlite3* database_;
  std::string path_;
  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
};

std::map<std::string, std::string> words_of(const SweepPlan& plan) {
  std::string metrics;
  for (const std::string& metric : plan.metrics) metrics += (metrics.empty() ? "" : " ") + metric;
  return {{"design", plan.design},
          {"first_seed", std::to_string(plan.first_seed)},
          {"metrics", metrics},
          {"points", std::to_string(plan.points.size())},
          {"replications", std::to_string(plan.replications)},
          {"scenario", plan.scenario},
          {"version", plan.version}};
}

/// \param schema "main", or the name of an attached file.
std::string make_tables(const std::string& schema) {
  constexpr const char* statements[] = {
      "plan(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
      "axis(number INTEGER PRIMARY KEY, path TEXT NOT NULL)",
      "point(point INTEGER, axis INTEGER, value TEXT NOT NULL, PRIMARY KEY(point, axis)) WITHOUT ROWID",
      "run(point INTEGER, seed INTEGER, failure TEXT, PRIMARY KEY(point, seed)) WITHOUT ROWID",
      "figure(point INTEGER, seed INTEGER, metric TEXT, value REAL, PRIMARY KEY(point, seed, metric)) WITHOUT ROWID"};
  std::string sql;
  for (const char* statement : statements) sql += fmt::format("CREATE TABLE {}.{};", schema, statement);
  return sql + fmt::format("PRAGMA {0}.user_version={1}; PRAGMA {0}.application_id={2};", schema, format, application_id);
}

/// All or nothing of what happens in its life, if commit() is called.
class Transaction {
 public:
  template <class Database>
  explicit Transaction(Database& database) : run_([&database](const char* sql) { database.run(sql); }) {
    run_("BEGIN IMMEDIATE");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (!open_) return;
    try {
      run_("ROLLBACK");
    } catch (const SweepFileError&) {  // What failed before is what is told.
    }
  }
  void commit() {
    run_("COMMIT");
    open_ = false;
  }

 private:
  std::function<void(const char*)> run_;
  bool open_ = true;
};

}  // namespace

SweepFile::SweepFile(const std::string& path, const SweepPlan& plan)
    : path_(path), plan_(plan), database_(std::make_unique<Database>(path)) {
  Database& database = *database_;
  // One process at a time; what is committed outlasts the loss of power.
  database.run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL");
  Transaction all(database);
  Statement version(database.handle, path, "PRAGMA user_version");
  version.step();
  Statement empty(database.handle, path, "SELECT count(*) FROM sqlite_master");
  empty.step();
  if (empty.number(0) == 0) {
    database.run(make_tables("main"));
    Statement word(database.handle, path, "INSERT INTO plan VALUES(?, ?)");
    for (const auto& [key, value] : words_of(plan)) word.bind(key).bind(value).run();
    Statement axis(database.handle, path, "INSERT INTO axis VALUES(?, ?)");
    for (std::size_t i = 0; i < plan.axes.size(); ++i) axis.bind(std::uint64_t{i}).bind(plan.axes[i]).run();
    Statement point(database.handle, path, "INSERT INTO point VALUES(?, ?, ?)");
    for (std::size_t i = 0; i < plan.points.size(); ++i) {
      for (std::size_t j = 0; j < plan.axes.size(); ++j) point.bind(std::uint64_t{i}).bind(std::uint64_t{j}).bind(plan.points[i][j]).run();
    }
    all.commit();
    return;
  }
  if (version.number(0) != format) throw SweepFileError(fmt::format("{}: is no file of a sweep", path));
  const auto differs = [&](const std::string& what) {
    throw SweepFileError(fmt::format("{}: is another sweep, {}; give it another file, or remove this one", path, what));
  };
  Statement word(database.handle, path, "SELECT key, value FROM plan");
  const auto words = words_of(plan);
  while (word.step()) {
    const auto found = words.find(word.text(0));
    if (found != words.end() && found->second != word.text(1)) differs("its " + word.text(0) + " differs");
  }
  Statement axis(database.handle, path, "SELECT path FROM axis ORDER BY number");
  for (const std::string& name : plan.axes) {
    if (!axis.step() || axis.text(0) != name) differs("its axes differ");
  }
  Statement point(database.handle, path, "SELECT value FROM point ORDER BY point, axis");
  for (const Point& values : plan.points) {
    for (const std::string& value : values) {
      if (!point.step() || point.text(0) != value) differs("its points differ");
    }
  }
  all.commit();
}

SweepFile::~SweepFile() = default;

std::vector<SweepRun> SweepFile::missing() const {
  std::vector<SweepRun> found;
  Statement done(database_->handle, path_, "SELECT point, seed FROM run ORDER BY point, seed");
  bool more = done.step();
  for (std::size_t point = 0; point < plan_.points.size(); ++point) {
    for (Seed seed = plan_.first_seed; seed < plan_.first_seed + plan_.replications; ++seed) {
      if (more && done.number(0) == point && done.number(1) == seed) {
        more = done.step();
      } else {
        found.push_back({point, seed});
      }
    }
  }
  return found;
}

std::size_t SweepFile::done() const {
  Statement count(database_->handle, path_, "SELECT count(*) FROM run");
  count.step();
  return count.number(0);
}

void SweepFile::put(const SweepRun& run, const std::vector<SweepFigure>& figures) {
  Transaction all(*database_);
  Statement(database_->handle, path_, "INSERT INTO run VALUES(?, ?, NULL)").bind(std::uint64_t{run.point}).bind(run.seed).run();
  Statement figure(database_->handle, path_, "INSERT INTO figure VALUES(?, ?, ?, ?)");
  for (const SweepFigure& one : figures)
    figure.bind(std::uint64_t{run.point}).bind(run.seed).bind(one.metric).bind(one.value).run();
  all.commit();
}

void SweepFile::put_failure(const SweepRun& run, const std::string& message) {
  Statement(database_->handle, path_, "INSERT INTO run VALUES(?, ?, ?)")
      .bind(std::uint64_t{run.point})
      .bind(run.seed)
      .bind(message)
      .run();
}

void SweepFile::finish() {
  if (path_ == in_memory) return;
  const std::string anew = path_ + ".finished";
  std::filesystem::remove(anew);
  Statement(database_->handle, path_, "ATTACH ? AS anew").bind(anew).run();
  {
    // In one go, so that the head of the file, which counts transactions, is the same too.
    Transaction all(*database_);
    std::string sql = make_tables("anew");
    for (const auto& [table, order] : {std::pair("plan", "key"), std::pair("axis", "number"), std::pair("point", "point, axis"),
                                       std::pair("run", "point, seed"), std::pair("figure", "point, seed, metric")})
      sql += fmt::format("INSERT INTO anew.{0} SELECT * FROM main.{0} ORDER BY {1};", table, order);
    database_->run(sql);
    all.commit();
  }
  database_->run("DETACH anew");
  database_.reset();
  std::filesystem::rename(anew, path_);
  database_ = std::make_unique<Database>(path_);
}

std::vector<std::string> SweepFile::metrics() const {
  std::vector<std::string> found;
  Statement metric(database_->handle, path_, "SELECT DISTINCT metric FROM figure ORDER BY metric");
  while (metric.step()) found.push_back(metric.text(0));
  return found;
}

std::vector<SweepFile::Row> SweepFile::rows() const {
  std::vector<Row> rows(plan_.points.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].point = i;
    rows[i].values = plan_.points[i];
  }
  Statement run(database_->handle, path_, "SELECT point, failure FROM run");
  while (run.step()) {
    Row& row = rows.at(run.number(0));
    ++(run.is_null(1) ? row.runs : row.failed);
  }
  const std::vector<std::string> names = metrics();
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < names.size(); ++i) place.emplace(names[i], i);
  for (Row& row : rows) row.figures.resize(names.size());
  Statement figure(database_->handle, path_,
                   "SELECT point, metric, avg(value) FROM figure WHERE value IS NOT NULL GROUP BY point, metric");
  while (figure.step()) rows.at(figure.number(0)).figures[place.at(figure.text(1))] = figure.real(2);
  return rows;
}

}  // namespace chatsim::planner
