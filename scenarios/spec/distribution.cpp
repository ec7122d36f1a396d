#include "scenarios/spec/distribution.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>
#include <stdexcept>

namespace chatsim::spec {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class... Cases>
struct Overload : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overload(Cases...) -> Overload<Cases...>;

[[noreturn]] void reject(const std::string& what, double value, const std::string& allowed) {
  std::ostringstream message;
  message.precision(15);
  message << what << ' ' << value << ": " << allowed;
  throw std::invalid_argument(message.str());
}

void require_positive(const std::string& what, double value) {
  if (!(value > 0 && std::isfinite(value))) reject(what, value, "must be positive and finite");
}

void require_not_negative(const std::string& what, double value) {
  if (!(value >= 0 && std::isfinite(value))) reject(what, value, "must be at least 0 and finite");
}

double normal_quantile(double p) {
  if (p <= 0) return -infinity;
  if (p >= 1) return infinity;
  return boost::math::quantile(boost::math::normal{}, p);
}

// erfc keeps its relative precision in the lower tail.
double normal_cumulative(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double total(const std::vector<double>& weights) {
  return std::accumulate(weights.begin(), weights.end(), 0.0);
}

double empirical_quantile(const Distribution::Empirical& form, double p) {
  const double target = p * total(form.weights);
  double below = 0;
  for (std::size_t i = 0; i + 1 < form.values.size(); ++i) {
    below += form.weights[i];
    if (below >= target) return form.values[i];
  }
  return form.values.back();
}

// Keeps cumulative(low) < p <= cumulative(high), so that it converges to an atom from the right side.
double mixture_quantile(const Distribution& distribution, const Distribution::Mixture& form, double p) {
  double low = infinity;
  double high = 0;
  for (const Distribution& component : form.components) {
    const double quantile = component.quantile(p);
    low = std::min(low, quantile);
    high = std::max(high, quantile);
  }
  if (std::isinf(high) || distribution.cumulative(low) >= p) return std::isinf(high) ? high : low;
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    (distribution.cumulative(middle) >= p ? high : low) = middle;
  }
}

double second_moment(const Distribution& distribution) {
  return distribution.variance() + distribution.mean() * distribution.mean();
}

}  // namespace

Distribution::Distribution() : form_(Constant{}) {}

Distribution::Distribution(Form form) : form_(std::move(form)) {}

Distribution Distribution::constant(double value) {
  require_not_negative("constant", value);
  return Distribution{Constant{value}};
}

Distribution Distribution::exponential(double mean) {
  require_positive("exponential: mean", mean);
  return Distribution{Exponential{mean}};
}

Distribution Distribution::lognormal(double median, double sigma) {
  require_positive("lognormal: median", median);
  require_positive("lognormal: sigma", sigma);
  require_positive("lognormal: its mean", median * std::exp(sigma * sigma / 2));
  return Distribution{LogNormal{median, sigma}};
}

Distribution Distribution::lognormal_with_mean(double mean, double sigma) {
  require_positive("lognormal: mean", mean);
  require_positive("lognormal: sigma", sigma);
  return lognormal(mean * std::exp(-sigma * sigma / 2), sigma);
}

Distribution Distribution::lognormal_with_median_and_p99(double median, double p99) {
  require_positive("lognormal: median", median);
  require_positive("lognormal: p99", p99);
  if (p99 <= median) reject("lognormal: p99 is as many medians:", p99 / median, "must be above 1");
  return lognormal(median, std::log(p99 / median) / normal_quantile(0.99));
}

Distribution Distribution::lognormal_with_mean_and_p99(double mean, double p99) {
  require_positive("lognormal: mean", mean);
  require_positive("lognormal: p99", p99);
  // ln(p99 / mean) = z sigma - sigma^2 / 2.
  const double z = normal_quantile(0.99);
  const double log_ratio = std::log(p99 / mean);
  const double discriminant = z * z - 2 * log_ratio;
  if (log_ratio <= 0 || discriminant < 0)
    reject("lognormal: p99 is as many means:", p99 / mean, "must be above 1 and at most 14.9");
  return lognormal_with_mean(mean, z - std::sqrt(discriminant));
}

Distribution Distribution::pareto(double x_min, double alpha) {
  require_positive("pareto: x_min", x_min);
  if (!(alpha > 1 && std::isfinite(alpha)))
    reject("pareto: alpha", alpha, "must be above 1 and finite (the mean is infinite up to 1)");
  return Distribution{Pareto{x_min, alpha}};
}

Distribution Distribution::empirical(std::vector<Weighted> values) {
  if (values.empty()) throw std::invalid_argument("empirical: needs at least one value");
  for (const Weighted& each : values) {
    require_not_negative("empirical: value", each.value);
    require_positive("empirical: weight", each.weight);
  }
  std::stable_sort(values.begin(), values.end(),
                   [](const Weighted& left, const Weighted& right) { return left.value < right.value; });
  Empirical form;
  for (const Weighted& each : values) {
    if (!form.values.empty() && form.values.back() == each.value) {
      form.weights.back() += each.weight;
      continue;
    }
    form.values.push_back(each.value);
    form.weights.push_back(each.weight);
  }
  require_positive("empirical: sum of the weights", total(form.weights));
  return Distribution{std::move(form)};
}

Distribution Distribution::mixture(const std::vector<Component>& components) {
  if (components.empty()) throw std::invalid_argument("mixture: needs at least one component");
  Mixture form;
  for (const Component& component : components) {
    require_positive("mixture: weight", component.weight);
    if (const auto* inner = std::get_if<Mixture>(&component.distribution.form_)) {
      for (std::size_t i = 0; i < inner->weights.size(); ++i) {
        form.weights.push_back(component.weight * inner->weights[i]);
        form.components.push_back(inner->components[i]);
      }
    } else {
      form.weights.push_back(component.weight);
      form.components.push_back(component.distribution);
    }
  }
  if (const double sum = total(form.weights); std::abs(sum - 1) > 1e-9)
    reject("mixture: sum of the weights", sum, "must be 1");
  return Distribution{std::move(form)};
}

double Distribution::mean() const {
  return std::visit(
      Overload{
          [](const Constant& form) { return form.value; }, [](const Exponential& form) { return form.mean; },
          [](const LogNormal& form) { return form.median * std::exp(form.sigma * form.sigma / 2); },
          [](const Pareto& form) { return form.x_min * form.alpha / (form.alpha - 1); },
          [](const Empirical& form) {
            return std::inner_product(form.values.begin(), form.values.end(), form.weights.begin(), 0.0) /
                   total(form.weights);
          },
          [](const Mixture& form) {
            double sum = 0;
            for (std::size_t i = 0; i < form.weights.size(); ++i)
              sum += form.weights[i] * form.components[i].mean();
            return sum / total(form.weights);
          }},
      form_);
}

double Distribution::variance() const {
  return std::visit(
      Overload{[](const Constant&) { return 0.0; },
               [](const Exponential& form) { return form.mean * form.mean; },
               [](const LogNormal& form) {
                 const double square = form.sigma * form.sigma;
                 return form.median * form.median * std::exp(square) * std::expm1(square);
               },
               [](const Pareto& form) {
                 if (form.alpha <= 2) return infinity;
                 const double below = form.alpha - 1;
                 return form.x_min * form.x_min * form.alpha / (below * below * (form.alpha - 2));
               },
               [this](const Empirical& form) {
                 const double centre = mean();
                 double sum = 0;
                 for (std::size_t i = 0; i < form.values.size(); ++i)
                   sum += form.weights[i] * (form.values[i] - centre) * (form.values[i] - centre);
                 return sum / total(form.weights);
               },
               [this](const Mixture& form) {
                 double sum = 0;
                 for (std::size_t i = 0; i < form.weights.size(); ++i)
                   sum += form.weights[i] * second_moment(form.components[i]);
                 return std::max(0.0, sum / total(form.weights) - mean() * mean());
               }},
      form_);
}

double Distribution::cumulative(double x) const {
  return std::visit(
      Overload{[x](const Constant& form) { return x >= form.value ? 1.0 : 0.0; },
               [x](const Exponential& form) { return x <= 0 ? 0.0 : -std::expm1(-x / form.mean); },
               [x](const LogNormal& form) {
                 return x <= 0 ? 0.0 : normal_cumulative(std::log(x / form.median) / form.sigma);
               },
               [x](const Pareto& form) {
                 return x <= form.x_min ? 0.0 : -std::expm1(form.alpha * std::log(form.x_min / x));
               },
               [x](const Empirical& form) {
                 double below = 0;
                 for (std::size_t i = 0; i < form.values.size() && form.values[i] <= x; ++i)
                   below += form.weights[i];
                 return below / total(form.weights);
               },
               [x](const Mixture& form) {
                 double sum = 0;
                 for (std::size_t i = 0; i < form.weights.size(); ++i)
                   sum += form.weights[i] * form.components[i].cumulative(x);
                 return sum / total(form.weights);
               }},
      form_);
}

double Distribution::quantile(double p) const {
  if (!(p >= 0 && p <= 1)) reject("quantile: probability", p, "must be from 0 to 1");
  return std::visit(
      Overload{[](const Constant& form) { return form.value; },
               [p](const Exponential& form) { return -form.mean * std::log1p(-p); },
               [p](const LogNormal& form) { return form.median * std::exp(form.sigma * normal_quantile(p)); },
               [p](const Pareto& form) { return form.x_min * std::exp(-std::log1p(-p) / form.alpha); },
               [p](const Empirical& form) { return empirical_quantile(form, p); },
               [p, this](const Mixture& form) { return mixture_quantile(*this, form, p); }},
      form_);
}

double Distribution::sample(double u, double v) const {
  const auto* form = std::get_if<Mixture>(&form_);
  if (form == nullptr) return quantile(u);
  double above = v * total(form->weights);
  for (std::size_t i = 0; i + 1 < form->weights.size(); ++i) {
    above -= form->weights[i];
    if (above < 0) return form->components[i].quantile(u);
  }
  return form->components.back().quantile(u);
}

}  // namespace chatsim::spec
