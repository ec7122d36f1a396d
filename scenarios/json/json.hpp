#pragma once

// Everything of this room.
#include "scenarios/json/result_json.hpp"
#include "scenarios/json/scenario_json.hpp"
#include "scenarios/json/series_csv.hpp"
