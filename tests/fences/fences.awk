# Reads C++ files named relative to the checkout (awk -f fences.awk scenarios/spec/units.hpp ...) and prints each
# line that steps over a fence of the house: FILE:LINE: what and why. Exit code 1 if any does.

function complain(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; broken = 1 }

# A test lives by the fences of the room that it tests.
function room_of(file) { sub(/^tests\//, "", file); return file }

function within(file, room) { return index(file, room "/") == 1 }

# Comments go; what a string says stays, since an output about chat would be chat.
function without_comments(line,    start, rest) {
  if (in_comment) {
    if (!(start = index(line, "*/"))) return ""
    line = substr(line, start + 2)
    in_comment = 0
  }
  while (start = index(line, "/*")) {
    rest = substr(line, start + 2)
    if (!index(rest, "*/")) { in_comment = 1; return substr(line, 1, start - 1) }
    line = substr(line, 1, start - 1) " " substr(rest, index(rest, "*/") + 2)
  }
  if (line !~ /^[ \t]*#[ \t]*include/ && match(line, /(^|[^:])\/\//)) line = substr(line, 1, RSTART)
  return line
}

# only(library, room...): the library's headers may be included in these rooms alone.
function only(included, library, what, room_1, room_2) {
  if (included ~ library && !within(here, room_1) && !(room_2 != "" && within(here, room_2)))
    complain(what " belongs to " room_1 "/ alone")
}

# never(room, target, why): nothing in the room includes the target.
function never(included, room, target, why) {
  if (within(here, room) && within(included, target)) complain(room "/ includes " included ": " why)
}

FNR == 1 { here = room_of(FILENAME); in_comment = 0; is_test = FILENAME ~ /^tests\// }

{ line = without_comments($0) }

line ~ /^[ \t]*#[ \t]*include/ {
  included = line
  sub(/^[^<"]*[<"]/, "", included)
  sub(/[>"].*$/, "", included)

  only(included, "^(simgrid|xbt|smpi)/", "SimGrid", "sim")
  only(included, "^yaml-cpp/", "yaml-cpp", "scenarios/loader")
  only(included, "^CLI/", "CLI11", "cli")
  only(included, "^pybind11/", "pybind11", "python")

  if (within(here, "scenarios/spec") && included ~ /^(scenarios|sim|models|planner|cli|python)\// &&
      !within(included, "scenarios/spec")) complain("scenarios/spec/ includes " included ": it stands alone")
  split("sim models planner cli python", above_scenarios, " ")
  for (i in above_scenarios) never(included, "scenarios", above_scenarios[i], "what can be said knows nothing of who listens")
  split("models planner cli python scenarios/loader scenarios/json", not_for_sim, " ")
  for (i in not_for_sim) never(included, "sim", not_for_sim[i], "a datacenter for any service, fed by scenarios/spec alone")
  split("planner cli python scenarios/loader", not_for_models, " ")
  for (i in not_for_models) never(included, "models", not_for_models[i], "the service is built from scenarios/spec on sim")
  if (!within(here, "models/run")) never(included, "models", "scenarios/json", "results leave through models/run alone")
  split("sim models cli python scenarios/loader scenarios/json", not_for_planner, " ")
  for (i in not_for_planner) never(included, "planner", not_for_planner[i], "the planner simulates only through a Trial callback")

  if (included ~ /\.cpp$/) complain("includes " included ": rooms meet through headers")
  if (within(here, "models") && within(included, "models") && included ~ /\/(internal|detail)/) {
    split(here, mine, "/")
    split(included, theirs, "/")
    if (mine[2] != theirs[2]) complain(included " is an internal of another service")
  }
}

# No word of chat in the simulated datacenter; the project's own name, and SimGrid's mailboxes, are no such word.
within(here, "sim") && !is_test {
  text = line
  gsub(/[Cc]hatsim|CHATSIM/, "", text)
  gsub(/s4u::Mailbox|s4u\/Mailbox/, "", text)
  if (tolower(text) ~ /chat|whatsapp|conversation|mailbox/) complain("sim/ speaks of chat: " line)
}

END { exit broken }
