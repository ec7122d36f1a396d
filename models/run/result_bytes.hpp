#pragma once

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "models/run/trace_bytes.hpp"
#include "scenarios/json/json.hpp"

// How results and small records pass through a pipe between two processes of the same binary.

namespace chatsim::models {

template <class Record>
std::string_view record_bytes(const Record& record) {
  static_assert(std::is_trivially_copyable_v<Record>);
  return {reinterpret_cast<const char*>(&record), sizeof record};
}

template <class Record>
Record record_from(std::string_view bytes) {
  Record record;
  std::memcpy(&record, bytes.data(), std::min(bytes.size(), sizeof record));
  return record;
}

/// CBOR rather than text: numbers arrive as the bits that they were, infinities too. Traces go before it, as they are.
inline std::string bytes_of(const spec::Result& result) {
  const std::string traces = bytes_of(result.blame.traces);
  std::string bytes(record_bytes(std::uint64_t{traces.size()}));
  bytes += traces;
  nlohmann::ordered_json::to_cbor(json::to_json(result), bytes);
  return bytes;
}

inline spec::Result result_from(std::string_view bytes) {
  const auto size = record_from<std::uint64_t>(bytes);
  const std::string_view traces = bytes.substr(sizeof size, size);
  spec::Result result = json::result_from_json(nlohmann::ordered_json::from_cbor(bytes.substr(sizeof size + size)));
  result.blame.traces = traces_from(traces);
  return result;
}

}  // namespace chatsim::models
