#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace chatsim::cli {

/// All of these throw Refusal, whose message names the option, the path, the system's reason and a remedy.

/// Makes the folder where it is missing and proves that files can be written into it, before hours are spent
/// on what is to go there.
void prepare_folder(std::string_view option, const std::filesystem::path& folder);

/// The same for one file; "-" is standard output.
void prepare_file(std::string_view option, const std::filesystem::path& file);

/// Whoever sees the file sees all of it: written under another name in the same folder, synchronised, then
/// renamed. What stood there before stays until then.
void write_file(std::string_view option, const std::filesystem::path& file, std::string_view content);

/// Standard output; the reader may be a full disk.
void write_standard_output(std::string_view content);

/// write_standard_output for "-", write_file for all else.
void write_file_or_standard_output(std::string_view option, const std::filesystem::path& file,
                                   std::string_view content);

}  // namespace chatsim::cli
