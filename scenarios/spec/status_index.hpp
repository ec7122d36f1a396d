#pragma once

#include <array>
#include <string_view>

#include "scenarios/spec/field.hpp"

namespace chatsim::spec {

/// How the conversations that wait for a login are found.
enum class MailboxLookup { index, scan };

template <>
struct EnumNames<MailboxLookup> {
  static constexpr std::array<std::string_view, 2> names{"index", "scan"};
};

/// "Index on status" of the table Conversation (document, step 4a), in the manner of a local secondary index: each machine
/// has the entries of its own rows, and writes them with the rows.
struct StatusIndex {
  MailboxLookup lookup = MailboxLookup::index;
  Bytes entry{0};
  double write_share = 0;
  Seconds scan_time{1e-6};

  template <class Visitor>
  static void fields(Visitor&& visit) {
    visit("lookup", &StatusIndex::lookup, Choice{},
          "how the conversations that wait for a login are found: by the index, which has them together, or by a scan of all "
          "rows that the table keeps of the user");
    visit("entry", &StatusIndex::entry, at_least(Bytes{0}),
          "of the index, for each row, on disk; the design document's rows have no bytes for it");
    visit("write_share", &StatusIndex::write_share, between(0, 10),
          "time for an entry when a row is inserted or its status changes, as a part of the row's write_time; assumed to be "
          "in it");
    visit("scan_time", &StatusIndex::scan_time, at_least(Seconds{0}), "for each row of a scan; assumed");
  }
};

}  // namespace chatsim::spec
