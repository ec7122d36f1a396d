#include "scenarios/json/result_json.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace chatsim::json {
namespace {

using Json = nlohmann::ordered_json;

double to_milliseconds(spec::Seconds seconds) { return seconds.value() * 1e3; }

/// Division need not undo the multiplication; one of the neighbours does.
spec::Seconds from_milliseconds(double milliseconds) {
  const double nearest = milliseconds / 1e3;
  for (const double candidate : {nearest, std::nextafter(nearest, 0.0), std::nextafter(nearest, HUGE_VAL)})
    if (to_milliseconds(spec::Seconds{candidate}) == milliseconds) return spec::Seconds{candidate};
  return spec::Seconds{nearest};
}

using spec::has_fields;

class Writer {
 public:
  explicit Writer(Json& object) : object_(object) { object_ = Json::object(); }

  template <class T>
  static void write(Json& object, const T& value) {
    Writer inside(object);
    T::fields([&](const char* key, auto member, auto... shape) { inside(key, value.*member, shape...); });
  }

 private:
  template <class T>
  void operator()(const char* key, const T& value) {
    if constexpr (has_fields<T>) {
      write(object_[key], value);
    } else if constexpr (std::is_same_v<T, spec::Seconds>) {
      object_[key] = to_milliseconds(value);
    } else if constexpr (std::is_same_v<T, spec::PerSecond>) {
      object_[key] = value.value();
    } else {
      object_[key] = value;
    }
  }

  template <class Item>
  void operator()(const char* key, const std::vector<Item>& items, spec::ByName<Item> by) {
    Json& by_name = object_[key] = Json::object();
    for (const Item& item : items) write(add(by_name, key, item.*by.name), item);
  }

  template <class Item, class Number>
  void operator()(const char* key, const std::vector<Item>& items, spec::NumberByName<Item, Number> by) {
    Json& by_name = object_[key] = Json::object();
    for (const Item& item : items) add(by_name, key, item.*by.name) = item.*by.number;
  }

  static Json& add(Json& by_name, const std::string& key, const std::string& name) {
    if (by_name.contains(name)) throw std::invalid_argument(key + ": two of the name '" + name + "'");
    return by_name[name];
  }

  Json& object_;
};

class Reader {
 public:
  Reader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object_.is_object()) fail("", "must be an object");
  }

  template <class T>
  void read(T& value) const {
    T::fields([&](const char* key, auto member, auto... shape) { (*this)(key, value.*member, shape...); });
  }

 private:
  template <class T>
  void operator()(const std::string& key, T& value) const {
    const Json& json = at(key);
    if constexpr (has_fields<T>) {
      Reader(json, path_ + key + ".").read(value);
    } else if constexpr (std::is_same_v<T, spec::Seconds>) {
      value = json.is_null() ? spec::Seconds{HUGE_VAL} : from_milliseconds(number(key, json));
    } else if constexpr (std::is_same_v<T, spec::PerSecond>) {
      value = spec::PerSecond{number(key, json)};
    } else if constexpr (std::is_same_v<T, double>) {
      value = number(key, json);
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      value.clear();
      for (const Json& element : array(key, json)) value.push_back(number(key, element));
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      value.clear();
      for (const Json& element : array(key, json)) read_exactly(key, element, value.emplace_back());
    } else {
      read_exactly(key, json, value);
    }
  }

  template <class Item>
  void operator()(const std::string& key, std::vector<Item>& items, spec::ByName<Item> by) const {
    items.clear();
    for (const auto& [item_name, json] : object_at(key).items()) {
      Item item;
      item.*by.name = item_name;
      Reader(json, path_ + key + "." + item_name + ".").read(item);
      items.push_back(std::move(item));
    }
  }

  template <class Item, class Number>
  void operator()(const std::string& key, std::vector<Item>& items,
                  spec::NumberByName<Item, Number> by) const {
    items.clear();
    const Reader inside(object_at(key), path_ + key + ".");
    for (const auto& entry : inside.object_.items()) {
      Item item;
      item.*by.name = entry.key();
      inside(entry.key(), item.*by.number);
      items.push_back(std::move(item));
    }
  }

  const Json& at(const std::string& key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) fail(key, "is missing");
    return *found;
  }

  const Json& object_at(const std::string& key) const {
    const Json& json = at(key);
    if (!json.is_object()) fail(key, "must be an object");
    return json;
  }

  const Json& array(const std::string& key, const Json& json) const {
    if (!json.is_array()) fail(key, "must be an array");
    return json;
  }

  double number(const std::string& key, const Json& json) const {
    if (json.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!json.is_number()) fail(key, "must be a number");
    return json.get<double>();
  }

  void read_exactly(const std::string& key, const Json& json, std::string& value) const {
    if (!json.is_string()) fail(key, "must be a string");
    value = json.get<std::string>();
  }
  void read_exactly(const std::string& key, const Json& json, bool& value) const {
    if (!json.is_boolean()) fail(key, "must be true or false");
    value = json.get<bool>();
  }
  template <class Integer>
  void read_exactly(const std::string& key, const Json& json, Integer& value) const {
    static_assert(std::is_integral_v<Integer>);
    using Limits = std::numeric_limits<Integer>;
    bool fits = false;
    if (json.is_number_unsigned()) {
      fits = std::in_range<Integer>(json.get<std::uint64_t>());
    } else if (json.is_number_integer()) {
      fits = std::in_range<Integer>(json.get<std::int64_t>());
    }
    if (!fits)
      fail(key, "must be a whole number from " + std::to_string(Limits::min()) + " to " +
                    std::to_string(Limits::max()));
    value = json.get<Integer>();
  }

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    std::string path = path_ + key;
    if (path.ends_with('.')) path.pop_back();
    throw NotAResult((path.empty() ? "the document" : path) + ": " + what);
  }

  const Json& object_;
  std::string path_;
};

}  // namespace

Json to_json(const spec::Result& result) {
  Json document;
  Writer::write(document, result);
  return document;
}

spec::Result result_from_json(const Json& document) {
  spec::Result result;
  Reader(document, "").read(result);
  return result;
}

}  // namespace chatsim::json
