#include "models/run/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#ifdef CHATSIM_PROFILE_GENERATE
extern "C" void __gcov_dump();
#endif

namespace chatsim::models {
namespace {

enum class FrameKind : std::uint8_t { notice, output, exception };

struct FrameHeader {
  FrameKind kind;
  std::uint64_t size;
};

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int value) : value_(value) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { close(); }

  int value() const { return value_; }
  int release() { return std::exchange(value_, -1); }
  void close() {
    if (value_ >= 0) ::close(value_);
    value_ = -1;
  }

 private:
  int value_;
};

/// A flag that parent and child both see. Shared memory rather than a signal: SimGrid installs handlers of
/// its own.
class SharedFlag {
 public:
  SharedFlag() {
    void* page =
        mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw_errno("cannot map a page shared with the simulating process");
    flag_ = new (page) std::atomic<bool>(false);
  }
  SharedFlag(const SharedFlag&) = delete;
  SharedFlag& operator=(const SharedFlag&) = delete;
  ~SharedFlag() { munmap(flag_, sizeof *flag_); }

  std::atomic<bool>& operator*() const { return *flag_; }

 private:
  static_assert(std::atomic<bool>::is_always_lock_free, "a lock would not be shared between processes");
  std::atomic<bool>* flag_;
};

/// A child process that is reaped exactly once, and killed first if nobody waited for it.
class Process {
 public:
  struct Ending {
    int status;
    std::uint64_t peak_rss_bytes;
  };

  explicit Process(pid_t pid) : pid_(pid), parent_(getpid()) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid_ < 0 || parent_ != getpid()) return;
    kill(pid_, SIGKILL);
    wait();
  }

  pid_t id() const { return pid_; }

  Ending wait() {
    int status = 0;
    rusage usage{};
    while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return {status, static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
  }

 private:
  pid_t pid_;
  pid_t parent_;
};

void write_all(int descriptor, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = write(descriptor, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) _exit(EXIT_FAILURE);  // nobody is left to tell
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
}

void write_frame(int descriptor, FrameKind kind, std::string_view bytes) {
  const FrameHeader header{kind, bytes.size()};
  write_all(descriptor, reinterpret_cast<const char*>(&header), sizeof header);
  write_all(descriptor, bytes.data(), bytes.size());
}

/// Of the process that does the work of a Child: its end of the pipe. A process is one Child at most.
int own_descriptor = -1;

void die_with(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(EXIT_FAILURE);  // it died before the line above
}

[[noreturn]] void leave() {
  std::cout.flush();
  std::fflush(nullptr);
#ifdef CHATSIM_PROFILE_GENERATE
  __gcov_dump();  // _exit() leaves without it.
#endif
  _exit(EXIT_SUCCESS);
}

[[noreturn]] void be_the_child(int descriptor, pid_t parent, const ChildWork& work,
                               const std::atomic<bool>& stop) {
  die_with(parent);
  own_descriptor = descriptor;
  // Blocked, not ignored: SimGrid's engine would replace the handler.
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  sigprocmask(SIG_BLOCK, &interrupt, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const std::string output =
        work(stop, [&](std::string_view bytes) { write_frame(descriptor, FrameKind::notice, bytes); });
    write_frame(descriptor, FrameKind::output, output);
  } catch (const std::exception& exception) {
    write_frame(descriptor, FrameKind::exception, exception.what());
  } catch (...) {
    write_frame(descriptor, FrameKind::exception, "an exception that is no std::exception");
  }
  leave();
}

/// Cuts the bytes of a pipe into frames.
class FrameReader {
 public:
  struct Frame {
    FrameKind kind;
    std::string bytes;
  };

  /// Takes what the pipe has; false at its end.
  bool read_some(int descriptor) {
    char chunk[1 << 16];
    const ssize_t size = read(descriptor, chunk, sizeof chunk);
    if (size > 0) buffer_.append(chunk, static_cast<std::size_t>(size));
    return size > 0 || (size < 0 && errno == EINTR);
  }

  std::optional<Frame> next() {
    FrameHeader header{};
    if (buffer_.size() - begin_ < sizeof header) return compact();
    std::memcpy(&header, buffer_.data() + begin_, sizeof header);
    if (buffer_.size() - begin_ - sizeof header < header.size) return compact();
    Frame frame{header.kind, buffer_.substr(begin_ + sizeof header, header.size)};
    begin_ += sizeof header + header.size;
    return frame;
  }

 private:
  std::nullopt_t compact() {
    buffer_.erase(0, begin_);
    begin_ = 0;
    return std::nullopt;
  }

  std::string buffer_;
  std::size_t begin_ = 0;
};

std::string describe_ending(const Process::Ending& ending) {
  const std::string memory = std::to_string(ending.peak_rss_bytes / 1'000'000) + " MB";
  if (!WIFSIGNALED(ending.status)) {
    return "ended without a result, exit status " + std::to_string(WEXITSTATUS(ending.status));
  }
  const int signal = WTERMSIG(ending.status);
  std::string text = std::string("killed by SIG") + sigabbrev_np(signal) + " (" + sigdescr_np(signal) + ")";
  if (signal == SIGKILL) text += ", perhaps for want of memory: it had used " + memory;
  return text;
}

/// Both ends of a pipe, until one is given away.
struct Pipe {
  FileDescriptor read_end, write_end;
};

Pipe open_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw_errno("cannot open a pipe to the simulating process");
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

pid_t fork_flushed() {
  // Whatever is buffered now would otherwise be written twice.
  std::cout.flush();
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw_errno("cannot start the simulating process");
  return pid;
}

pid_t fork_child(Pipe& pipe, const ChildWork& work, const std::atomic<bool>& stop) {
  const pid_t parent = getpid();
  const pid_t pid = fork_flushed();
  if (pid == 0) {
    pipe.read_end.close();
    be_the_child(pipe.write_end.value(), parent, work, stop);
  }
  pipe.write_end.close();
  return pid;
}

}  // namespace

struct Child::State {
  explicit State(const ChildWork& work) : pipe(open_pipe()), process(fork_child(pipe, work, *stop)) {}
  State(int read_end, pid_t pid) : pipe{FileDescriptor(read_end), FileDescriptor(-1)}, process(pid) {}

  SharedFlag stop;
  Pipe pipe;
  Process process;  // Last: killed before its pipe and its flag go.
  FrameReader reader;
  std::optional<ChildOutput> output;
  std::optional<ChildFailure> failure;
};

Child::Child(const ChildWork& work) : state_(std::make_unique<State>(work)) {}
Child::Child(std::unique_ptr<State> state) : state_(std::move(state)) {}
Child::~Child() = default;

std::unique_ptr<Child> Child::split() {
  Pipe pipe = open_pipe();
  const pid_t parent = getpid();
  const pid_t pid = fork_flushed();
  if (pid == 0) {
    die_with(parent);
    // Under the old number: whoever notifies goes on with that.
    if (dup3(pipe.write_end.value(), own_descriptor, O_CLOEXEC) < 0) _exit(EXIT_FAILURE);
    return nullptr;
  }
  return std::unique_ptr<Child>(new Child(std::make_unique<State>(pipe.read_end.release(), pid)));
}

void leave_child(std::string_view output) {
  write_frame(own_descriptor, FrameKind::output, output);
  leave();
}

int Child::process() const { return state_->process.id(); }
int Child::descriptor() const { return state_->pipe.read_end.value(); }
void Child::stop() { (*state_->stop).store(true, std::memory_order_relaxed); }

bool Child::read(const Notify& on_notice) {
  const bool open = state_->reader.read_some(descriptor());
  while (auto frame = state_->reader.next()) {
    switch (frame->kind) {
      case FrameKind::notice:
        on_notice(frame->bytes);
        break;
      case FrameKind::output:
        state_->output.emplace(ChildOutput{std::move(frame->bytes), 0});
        break;
      case FrameKind::exception:
        state_->failure.emplace(ChildFailure{std::move(frame->bytes)});
        break;
    }
  }
  return open;
}

std::variant<ChildOutput, ChildFailure> Child::end() {
  const Process::Ending ending = state_->process.wait();
  if (state_->failure) return *std::move(state_->failure);
  if (!state_->output) return ChildFailure{describe_ending(ending)};
  state_->output->peak_rss_bytes = ending.peak_rss_bytes;
  return *std::move(state_->output);
}

std::variant<ChildOutput, ChildFailure> run_in_child(const ChildWork& work, const std::atomic<bool>& stop,
                                                     const Notify& on_notice) {
  Child child(work);
  pollfd readable{child.descriptor(), POLLIN, 0};
  for (bool open = true; open;) {
    if (stop.load(std::memory_order_relaxed)) child.stop();
    if (poll(&readable, 1, poll_interval_ms) > 0) open = child.read(on_notice);
  }
  return child.end();
}

}  // namespace chatsim::models
