#include <nlohmann/json.hpp>

#include "scenarios/json/result_json.hpp"
#include "scenarios/json/series_csv.hpp"
#include "tests/fuzz/target.hpp"

// A stored result, run.json.

namespace chatsim::fuzz {
namespace {

using Json = nlohmann::ordered_json;

void run(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return;
  try {
    const spec::Result result = json::result_from_json(document);
    const Json written = json::to_json(result);
    const std::string once = written.dump();
    require(json::to_json(json::result_from_json(Json::parse(once))).dump() == once, "a result comes back", once);
  } catch (const json::NotAResult& refusal) {
    require(*refusal.what() != '\0', "a refusal says why");
  } catch (const std::invalid_argument&) {  // two things of one name
  }
}

std::vector<std::string> words() {
  std::vector<std::string> words;
  const std::string keys = json::to_json(spec::Result{}).dump();
  for (std::size_t at = keys.find('"'); at != std::string::npos;) {
    const std::size_t end = keys.find('"', at + 1);
    words.push_back(keys.substr(at, end + 1 - at));
    at = keys.find('"', end + 1);
  }
  return words;
}

}  // namespace

const Target target{"result", run, words};

}  // namespace chatsim::fuzz
