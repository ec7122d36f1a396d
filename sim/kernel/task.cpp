#include "sim/kernel/task.hpp"

#include <vector>

namespace chatsim::sim {

void kill_machine(std::uint32_t machine) {
  // Roots first found, then ended: ending one may end others of this machine that it holds.
  std::vector<Handle> roots;
  arena.for_each_live(BlockKind::coroutine, [&](BlockHeader* block) {
    if (block->machine == machine && block->state == root_state) roots.push_back(arena.handle_of(block));
  });
  for (const Handle root : roots) kill(root);
}

}  // namespace chatsim::sim
