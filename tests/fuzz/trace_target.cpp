#include "scenarios/loader/trace.hpp"
#include "scenarios/spec/utf8.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/fuzz/words.hpp"

// A file of faults.

namespace chatsim::fuzz {
namespace {

void run(std::string_view text) {
  std::vector<loader::Issue> issues;
  const std::vector<spec::Fault> faults = loader::parse_trace("trace.csv", std::string(text), issues);
  for (const loader::Issue& issue : issues) {
    const std::string line = to_text(issue);
    require(issue.position.line > 0, "an issue has its line", line);
    require(line.size() <= 1000 && line.find('\n') == std::string::npos, "an issue is one line", line);
  }
  for (const spec::Fault& fault : faults) {
    require(fault.at.value() >= 0 && (!fault.lasts || fault.lasts->value() >= 0), "faults have times");
    require(spec::find_ill_formed(fault.target) == fault.target.size(), "a target is UTF-8");
  }
}

}  // namespace

const Target target{"trace", run, fault_words};

}  // namespace chatsim::fuzz
