#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace chatsim::models {

/// How many processes fit into `available` bytes of memory when one needs `of_one`, a tenth left free; at least
/// one, which has to try.
std::uint64_t processes_that_fit(std::uint64_t available, std::uint64_t of_one);

/// What a process has in memory now, in bytes; 0 when it is gone. \param process "self", or its id.
std::uint64_t resident_bytes(const std::string& process);

/// Bytes of memory that may be taken without swapping: what the kernel says, or less where a control group
/// allows less. Nothing where neither can be read.
std::optional<std::uint64_t> available_memory();

}  // namespace chatsim::models
