#pragma once

#include <string>

namespace chatsim::spec {

/// A vector whose items are found by name: an object of objects in run.json.
template <class Item>
struct ByName {
  std::string Item::*name;
};
/// The same for items that have nothing but a name and a number.
template <class Item, class Number>
struct NumberByName {
  std::string Item::*name;
  Number Item::*number;
};

}  // namespace chatsim::spec
