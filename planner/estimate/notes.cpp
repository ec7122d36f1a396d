#include "planner/estimate/notes.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "planner/estimate/forms.hpp"
#include "planner/estimate/number_text.hpp"
#include "scenarios/spec/workload.hpp"

namespace chatsim::planner {
namespace {

using spec::Scenario;

/// Peak over mean of the messages that WhatsApp published: 342 k/s against 19 billion a day (Rick Reed,
/// Erlang Factory 2014).
constexpr double published_peak = 1.5;

std::string used_as(const std::optional<spec::Bytes>& rounded, spec::Bytes row) {
  if (!rounded || *rounded == row) return "";
  return fmt::format("calculated with as {}", text_of(*rounded));
}

std::string messages_per_second(const Scenario& scenario) {
  const spec::PerSecond mean = spec::mean_message_rate(scenario.population);
  return fmt::format("the mean; at the peak of published traffic, {} times that, {}",
                     plain_text(published_peak), text_of(mean * published_peak));
}

std::string profile_machines(const Scenario& scenario) {
  const spec::Profile& profile = scenario.services.profile;
  const spec::Seconds time{profile.service_time.mean()};
  if (time.value() == 0) return "";
  const double threads = 1.0 * profile.machines * profile.threads;
  const std::string machines = plain_text(profile.machines, 7);
  const spec::PerSecond reads = spec::mean_message_rate(scenario.population);
  const spec::PerSecond all =
      reads * spec::profile_reads_per_message(scenario.population) + spec::login_rate(scenario.population);
  return fmt::format(
      "no headroom: {} threads at {} do {} and no more; the {} machines of the scenario are utilised {} by "
      "one read a "
      "message at the exact rate ({} x {} / ({} x {} threads)), and {} by recipients of groups, authors and "
      "logins too "
      "({}), presence not counted",
      profile.threads, text_of(time), text_of(profile.threads / time), machines,
      plain_text(reads * time / threads), text_of(reads), text_of(time), machines, profile.threads,
      plain_text(all * time / threads), text_of(all));
}

std::string message_row(const Scenario& scenario) {
  const auto& text = scenario.published.columns.message.text;
  std::string note = used_as(scenario.published.assumptions.message_row, scenario.stores.message.row);
  if (!text) return note;
  return note + fmt::format("{}{} characters are up to {} bytes in UTF-8", note.empty() ? "" : "; ",
                            plain_text(text->value()), plain_text(4 * text->value()));
}

std::string conversation_storage(const Scenario& scenario) {
  const spec::Population& population = scenario.population;
  const spec::TableWorkload table = spec::storage_workload(scenario).conversation;
  const double share = population.group_message_share.value();
  return fmt::format(
      "exact depends on the groups: {} rows a message, the author's and one of each recipient ({} + {} x "
      "{}); {} "
      "replicated",
      plain_text(spec::conversation_rows_per_message(population)), plain_text(1 - share), plain_text(share),
      plain_text(population.group_size.mean() - 1), text_of(table.kept_replicated));
}

std::string gateway_machines(const Scenario& scenario) {
  const double connected = spec::connected_users(scenario.population);
  if (connected == scenario.population.users) return "";
  return fmt::format("with {} of the users connected at once {}", text_of(scenario.population.online),
                     plain_text(whole(connected / scenario.services.gateway.connections_per_machine), 7));
}

std::string group_storage(const Scenario& scenario) {
  const spec::TableWorkload table = spec::storage_workload(scenario).group;
  return fmt::format("an upper bound, every group full; with {} members each, as on average, {}",
                     plain_text(scenario.population.group_size.mean()), text_of(table.kept));
}

std::string blob_storage(const Scenario& scenario) {
  const spec::Attachments& attachments = scenario.population.attachments;
  if (attachments.hot_share.value() == 0) return "";
  return fmt::format("every attachment counts; {} pass on one that is there already, which leaves {}",
                     text_of(attachments.hot_share), text_of(spec::storage_workload(scenario).blob.kept));
}

std::string cache(const Scenario& scenario) {
  const CacheSize size = cache_of(storage_of_rows(scenario.population.users, scenario.stores.profile.row));
  constexpr double giga = 1e9;
  const bool in_gigabytes = size.low.value() >= giga && size.high.value() < 1000 * giga;
  return fmt::format("general rule, applied to profile: {} to {}",
                     in_gigabytes ? plain_text(size.low.value() / giga, 2) : text_of(size.low),
                     in_gigabytes ? plain_text(size.high.value() / giga, 2) + " GB" : text_of(size.high));
}

}  // namespace

std::string difference_note(const Figure& figure) {
  if (figure.verdict != Verdict::differs) return "";
  const std::string result = text_of(*figure.recomputed, figure.unit);
  const double ratio = *figure.published / *figure.recomputed;
  const std::string arithmetic = fmt::format("{} = {}", figure.with_numbers, result);
  constexpr double worth_a_factor = 1.5;
  if (ratio > worth_a_factor && *figure.recomputed > 0)
    return fmt::format("{} times too large: {}", plain_text(ratio, 3), arithmetic);
  if (ratio * worth_a_factor < 1 && *figure.published > 0)
    return fmt::format("{} times too small: {}", plain_text(1 / ratio, 3), arithmetic);
  return fmt::format("{}, not {}", arithmetic, text_of(*figure.published, figure.unit));
}

std::string scenario_note(const std::string& name, const Scenario& scenario) {
  const spec::PublishedAssumptions& assumed = scenario.published.assumptions;
  static const std::map<std::string, std::function<std::string(const Scenario&)>> notes{
      {"messages_per_second", messages_per_second},
      {"profile_machines", profile_machines},
      {"message_row", message_row},
      {"conversation_storage", conversation_storage},
      {"gateway_machines", gateway_machines},
      {"group_storage", group_storage},
      {"blob_storage", blob_storage},
      {"cache", cache}};
  if (name == "conversation_row") return used_as(assumed.conversation_row, scenario.stores.conversation.row);
  if (name == "group_row") return used_as(assumed.group_row, scenario.stores.group.row);
  if (name == "gateway_machines_redundant") return fmt::format("{} to spare", text_of(assumed.spare));
  const auto found = notes.find(name);
  return found == notes.end() ? "" : found->second(scenario);
}

}  // namespace chatsim::planner
