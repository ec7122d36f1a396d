#include "planner/experiment/numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <unordered_map>

#include "planner/experiment/statistics.hpp"

namespace chatsim::planner {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

using spec::has_fields;
using spec::is_number;
using spec::is_quantity;

/// Whether there was anything to take percentiles and means of.
template <class T>
bool has_data(const T& value) {
  if constexpr (requires { value.count; }) {
    return value.count > 0;
  } else {
    return true;
  }
}

class Collector {
 public:
  template <class T>
  void collect(const std::string& prefix, const T& value) {
    const bool data = has_data(value);
    T::fields([&](std::string_view key, auto member, auto... shape) {
      const std::string path = prefix + std::string(key);
      add(path, value.*member, data || key == "count", shape...);
    });
  }

  std::vector<Number> numbers;

 private:
  template <class T>
  void add(const std::string& path, const T& value, bool data) {
    if constexpr (std::is_same_v<T, spec::TimeSeries>) {
      return;
    } else if constexpr (has_fields<T>) {
      collect(path + ".", value);
    } else if constexpr (std::is_same_v<T, spec::Seconds>) {
      numbers.push_back({path, data ? value.value() * 1e3 : nothing});
    } else if constexpr (is_quantity<T>) {
      numbers.push_back({path, data ? value.value() : nothing});
    } else if constexpr (is_number<T>) {
      if (!spec::is_of_the_simulator(path)) numbers.push_back({path, data ? static_cast<double>(value) : nothing});
    }
  }

  template <class Item>
  void add(const std::string& path, const std::vector<Item>& items, bool, spec::ByName<Item> by) {
    for (const Item& item : items) collect(path + "." + item.*by.name + ".", item);
  }

  template <class Item, class Value>
  void add(const std::string& path, const std::vector<Item>& items, bool, spec::NumberByName<Item, Value> by) {
    for (const Item& item : items)
      numbers.push_back({path + "." + item.*by.name, static_cast<double>(item.*by.number)});
  }
};

/// The mean of those that are numbers; infinite as soon as one is.
double mean_of_numbers(const std::vector<double>& values) {
  std::vector<double> known;
  for (const double value : values) {
    if (std::isinf(value)) return value;
    if (!std::isnan(value)) known.push_back(value);
  }
  return mean(known);
}

template <class T>
using Several = std::vector<const T*>;

/// Field by field of the same field of all.
class Averager {
 public:
  template <class T>
  static void average(T& target, const Several<T>& all) {
    Several<T> with_data;
    std::copy_if(all.begin(), all.end(), std::back_inserter(with_data), [](const T* one) { return has_data(*one); });
    if (with_data.empty()) return;
    T::fields([&](std::string_view key, auto member, auto... shape) {
      using Field = std::remove_cvref_t<decltype(target.*member)>;
      Several<Field> fields;
      for (const T* one : key == "count" ? all : with_data) fields.push_back(&(one->*member));
      field(target.*member, fields, shape...);
    });
  }

 private:
  template <class T>
  static void field(T& target, const Several<T>& all) {
    if constexpr (std::is_same_v<T, spec::InvariantReport>) {
      worst(target, all);
    } else if constexpr (has_fields<T>) {
      average(target, all);
    } else if constexpr (std::is_same_v<T, bool>) {
      target = std::any_of(all.begin(), all.end(), [](const bool* one) { return *one; });
    } else if constexpr (is_quantity<T>) {
      target = T(mean_over(all, [](const T& one) { return one.value(); }));
    } else if constexpr (std::is_integral_v<T>) {
      target = static_cast<T>(std::llround(mean_over(all, [](T one) { return static_cast<double>(one); })));
    } else if constexpr (is_number<T>) {
      target = mean_over(all, [](T one) { return one; });
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      windows(target, all);
    } else {
      target = *all.front();
    }
  }

  template <class Item>
  static void field(std::vector<Item>& target, const Several<std::vector<Item>>& all, spec::ByName<Item> by) {
    by_name(target, all, by.name, [](Item& item, const Several<Item>& items) {
      if constexpr (std::is_same_v<Item, spec::PromiseReport>) {
        item = worst(items);
      } else {
        average(item, items);
      }
    });
  }

  template <class Item, class Value>
  static void field(std::vector<Item>& target, const Several<std::vector<Item>>& all,
                    spec::NumberByName<Item, Value> by) {
    by_name(target, all, by.name, [&](Item& item, const Several<Item>& items) {
      Several<Value> values;
      for (const Item* one : items) values.push_back(&(one->*by.number));
      field(item.*by.number, values);
    });
  }

  /// In the order in which names come up; what one does not have is 0 there.
  template <class Item, class Combine>
  static void by_name(std::vector<Item>& target, const Several<std::vector<Item>>& all, std::string Item::*name,
                      Combine combine) {
    std::vector<Item> averages;
    for (const auto* items : all) {
      for (const Item& item : *items) {
        const auto is_known = [&](const Item& other) { return other.*name == item.*name; };
        if (std::any_of(averages.begin(), averages.end(), is_known)) continue;
        averages.push_back(item);
        static const Item none{};
        Several<Item> same;
        for (const auto* others : all) {
          const auto found = std::find_if(others->begin(), others->end(), is_known);
          same.push_back(found == others->end() ? &none : &*found);
        }
        combine(averages.back(), same);
        averages.back().*name = item.*name;
      }
    }
    target = std::move(averages);
  }

  static void worst(spec::InvariantReport& target, const Several<spec::InvariantReport>& all) {
    target = *all.front();
    spec::InvariantReport::fields([&](const char*, auto member) {
      for (const spec::InvariantReport* one : all) {
        const auto size = [&](const spec::InvariantReport& report) {
          return std::abs(static_cast<double>(report.*member));
        };
        if (size(*one) > size(target)) target.*member = one->*member;
      }
    });
  }

  /// One that was broken before one that was not, then the one that counted most.
  static spec::PromiseReport worst(const Several<spec::PromiseReport>& all) {
    return **std::max_element(all.begin(), all.end(), [](const auto* one, const auto* other) {
      return std::pair(one->broken(), one->count) < std::pair(other->broken(), other->count);
    });
  }

  static void windows(std::vector<double>& target, const Several<std::vector<double>>& all) {
    std::size_t length = all.front()->size();
    for (const auto* one : all) length = std::min(length, one->size());
    std::vector<double> averages;
    for (std::size_t window = 0; window < length; ++window)
      averages.push_back(mean_over(all, [&](const std::vector<double>& one) { return one[window]; }));
    target = std::move(averages);
  }

  template <class T, class Value>
  static double mean_over(const Several<T>& all, Value value) {
    std::vector<double> values;
    for (const T* one : all) values.push_back(static_cast<double>(value(*one)));
    return mean_of_numbers(values);
  }
};

using ByPath = std::unordered_map<std::string, double>;

ByPath by_path(const std::vector<Number>& numbers) {
  ByPath found;
  for (const Number& number : numbers) found.emplace(number.path, number.value);
  return found;
}

/// What a result does not name did not happen there.
double value_at(const ByPath& numbers, const std::string& path) {
  const auto found = numbers.find(path);
  return found == numbers.end() ? 0 : found->second;
}

}  // namespace

std::vector<Number> numbers_of(const spec::Result& result) {
  Collector collector;
  collector.collect("", result);
  return std::move(collector.numbers);
}

spec::Result mean_of(std::span<const spec::Result* const> results) {
  spec::Result average = *results.front();
  Averager::average(average, Several<spec::Result>(results.begin(), results.end()));
  average.seed = results.front()->seed;
  for (const spec::Result* result : results)
    average.peak_rss_bytes = std::max(average.peak_rss_bytes, result->peak_rss_bytes);
  return average;
}

spec::Intervals intervals_of_pairs(std::span<const spec::Result* const> left,
                                   std::span<const spec::Result* const> right,
                                   const std::function<double(double, double)>& combine) {
  std::vector<const spec::Result*> everything(left.begin(), left.end());
  everything.insert(everything.end(), right.begin(), right.end());
  spec::Intervals intervals;
  if (everything.empty()) return intervals;
  // The mean of all names whatever any of them names, in order.
  const spec::Result shape = mean_of(everything);
  std::vector<ByPath> lefts, rights;
  for (const spec::Result* result : left) lefts.push_back(by_path(numbers_of(*result)));
  for (const spec::Result* result : right) rights.push_back(by_path(numbers_of(*result)));
  for (const Number& number : numbers_of(shape)) {
    std::vector<double> values;
    for (std::size_t i = 0; i < lefts.size(); ++i)
      values.push_back(combine(value_at(lefts[i], number.path), value_at(rights[i], number.path)));
    if (const auto interval = t_interval(values)) intervals.all.push_back({number.path, *interval});
  }
  return intervals;
}

spec::Intervals intervals_of(std::span<const spec::Result* const> results) {
  return intervals_of_pairs(results, results, [](double value, double) { return value; });
}

}  // namespace chatsim::planner
