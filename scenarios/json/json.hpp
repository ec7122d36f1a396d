#pragma once

// Everything of this room.
#include "scenarios/json/chrome_trace.hpp"
#include "scenarios/json/result_json.hpp"
#include "scenarios/json/scenario_json.hpp"
#include "scenarios/json/series_csv.hpp"
