#include "models/run/trace_bytes.hpp"

#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace chatsim::models {

namespace {

class Writer {
 public:
  template <class T>
  void operator()(const T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      raw(&value, sizeof value);
    } else if constexpr (std::is_same_v<T, spec::Station>) {
      fields(value, *this);
    } else {
      (*this)(std::uint64_t{value.size()});
      if constexpr (std::is_trivially_copyable_v<typename T::value_type>) {
        raw(value.data(), value.size() * sizeof *value.data());
      } else {
        for (const auto& item : value) (*this)(item);
      }
    }
  }

  template <class Station, class Visit>
  static void fields(Station& station, Visit& visit) {
    visit(station.name);
    visit(station.threads);
    visit(station.cores);
    visit(station.thread_load);
    visit(station.core_load);
    visit(station.share_of_use);
    visit(station.share_of_bursts);
    visit(station.for_members);
  }
  template <class Traces, class Visit>
  static void all(Traces& traces, Visit& visit) {
    visit(traces.ways);
    visit(traces.parts);
    visit(traces.legs);
    visit(traces.stations);
    visit(traces.steps);
    visit(traces.wan_ns);
    visit(traces.requests);
    visit(traces.dropped);
    visit(traces.unfollowed);
  }

  std::string bytes;

 private:
  void raw(const void* from, std::size_t size) { bytes.append(static_cast<const char*>(from), size); }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  void operator()(T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      raw(&value, sizeof value);
    } else if constexpr (std::is_same_v<T, spec::Station>) {
      Writer::fields(value, *this);
    } else {
      std::uint64_t size = 0;
      (*this)(size);
      if (size > bytes_.size()) throw std::runtime_error("traces are cut off");
      value.resize(size);
      if constexpr (std::is_trivially_copyable_v<typename T::value_type>) {
        raw(value.data(), size * sizeof *value.data());
      } else {
        for (auto& item : value) (*this)(item);
      }
    }
  }

 private:
  void raw(void* to, std::size_t size) {
    if (size > bytes_.size()) throw std::runtime_error("traces are cut off");
    if (size > 0) std::memcpy(to, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }

  std::string_view bytes_;
};

}  // namespace

std::string bytes_of(const spec::Traces& traces) {
  Writer writer;
  Writer::all(traces, writer);
  return std::move(writer.bytes);
}

spec::Traces traces_from(std::string_view bytes) {
  spec::Traces traces;
  Reader reader(bytes);
  Writer::all(traces, reader);
  return traces;
}

}  // namespace chatsim::models
