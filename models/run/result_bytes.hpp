#pragma once

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "scenarios/json/json.hpp"

// How results and small records pass through a pipe between two processes of the same binary.

namespace chatsim::models {

// CBOR rather than text: numbers arrive as the bits that they were, infinities too.
inline std::string bytes_of(const spec::Result& result) {
  std::string bytes;
  nlohmann::ordered_json::to_cbor(json::to_json(result), bytes);
  return bytes;
}

inline spec::Result result_from(std::string_view bytes) {
  return json::result_from_json(nlohmann::ordered_json::from_cbor(bytes));
}

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

}  // namespace chatsim::models
