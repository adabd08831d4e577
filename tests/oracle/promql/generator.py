"""Random expressions of PromQL, of all its functions, operators and modifiers, from a seed."""

from dataclasses import dataclass
from random import Random
from typing import Final

_NAMES: Final = (
    *("up", "http_requests_total", "a", "b", "c_bucket", "job:a:rate5m", "sum", "rate", "_x", ":y"),
    *("ALERTS", "ALERTS_FOR_STATE", "smoothed", "anchored", "start", "end", "quantile", "count"),
    *("by", "offset", "without", "fill", "Inf_total", "nan_total", "step", "group", "A"),
)
_LABELS: Final = ("job", "job", "instance", "__name__", "le", "reason", "by", "on", "or", "bool")
_TEXTS: Final = (
    *('"a"', "'a'", "`a`", '""', '"a|b"', '"a.+"', '".*"', "'it\\'s'", '"say \\"x\\""', '"}"'),
    *('"a,b"', '"\\\\d+"', "`\\d+`", '"\\x61\\142"', '"\\u00e9\\n"', '"é"', "`{}`", '"("', '"up"'),
    *('"a.b"', '"\\t"', '"\\U0001F600"', '"or"', "'#'", '"a#b"', '" "'),
)
_DURATIONS: Final = ("5m", "1h30m", "1d", "300", "30s", "1w2d", "100ms", "1y", "0x10", "2.5", "1e2")
_NUMBERS: Final = (
    *("0", "1", "2.5", ".5", "1e3", "0x1F", "Inf", "+Inf", "-inf", "NaN", "1e-9", "5m", "1h", "07"),
    *("1_000", "0b1", "1.", "6E2", "nan"),
)
_ARITHMETIC: Final = ("+", "-", "*", "/", "%", "^", "atan2", ">", "<", "==", "!=", ">=", "<=")
_SETS: Final = ("and", "or", "unless", "AND", "Or", "UNLESS", "or", "unless")
_OF_VECTORS: Final = (
    *("abs", "absent", "absent", "ceil", "exp", "floor", "ln", "sgn", "sort", "sqrt", "timestamp"),
    *("histogram_avg", "histogram_count", "hour", "day_of_week", "year", "sort_desc", "deg"),
)
_OF_RANGES: Final = (
    *("rate", "rate", "increase", "irate", "delta", "avg_over_time", "absent_over_time"),
    *("absent_over_time", "changes", "resets", "last_over_time", "present_over_time", "deriv"),
    *("first_over_time", "mad_over_time", "count_over_time"),
)
_AGGREGATIONS: Final = ("sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "SUM")
_PARAMETERS: Final = ("topk", "bottomk", "quantile", "limitk", "limit_ratio")


@dataclass(frozen=True, slots=True)
class Generator:
    """Makes expressions by its *random* numbers."""

    random: Random

    def expression(self) -> str:
        """Return an expression as a rule has it."""
        return self.vector(self.random.randint(0, 4))

    def vector(self, depth: int) -> str:
        """Return an instant vector, nested so deep."""
        if depth <= 0:
            return self._instant()
        shapes = (
            *(self._binary, self._binary, self._binary, self._set, self._set, self._set),
            *(self._call, self._call, self._ranged, self._ranged, self._aggregate),
            *(self._aggregate, self._parameter, self._texts, self._special, self._wrapped),
        )
        return self.random.choice(shapes)(depth - 1)

    def _instant(self) -> str:
        return self.random.choice(("", "", "", "-")) + self._modified(self._selector(), "instant")

    def _selector(self) -> str:
        name = self.random.choice(_NAMES)
        kind = self.random.random()
        if kind < 0.4:
            return name
        matchers = [self._matcher() for _ in range(self.random.randint(0, 3))]
        if kind > 0.7:
            name = ""
            matchers.append(
                self.random.choice(('"up"', '"a.b"', '__name__="a"', '__name__=~"a|b"', 'x="y"'))
            )
            self.random.shuffle(matchers)
        comma = self.random.choice(("", "", ", ")) if matchers else ""
        return f"{name}{self._space()}{{{', '.join(matchers)}{comma}}}"

    def _matcher(self) -> str:
        choose = self.random.choice
        label = choose(_LABELS)
        if label == "__name__":
            label = "job"
        if self.random.random() < 0.1:
            label = f'"{label}"'
        return f"{label}{self._space()}{choose(('=', '=', '=', '!=', '=~', '!~'))}{choose(_TEXTS)}"

    def _modified(self, text: str, kind: str) -> str:
        draw = self.random.random
        if draw() < 0.05 + (0.1 if kind == "range" else 0):
            text += self.random.choice((" anchored", " smoothed"))
        if draw() < 0.15:
            text += f" {self.random.choice(('offset', 'OFFSET'))} {self._offset()}"
        if draw() < 0.1:
            text += f" @ {self.random.choice(('start()', 'end()', '1609746000', '1.5e9'))}"
        return text

    def _offset(self) -> str:
        chosen = self.random.choice(_DURATIONS)
        return self.random.choice((chosen, f"-{chosen}", f"- {chosen}"))

    def _range(self, depth: int) -> str:
        if depth > 0 and self.random.random() < 0.3:
            window = self.random.choice(("5m:", "1h:1m", "30m : 15s"))
            return self._modified(f"({self.vector(depth - 1)})[{window}]", "subquery")
        return self._modified(f"{self._selector()}[{self.random.choice(_DURATIONS)}]", "range")

    def _scalar(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.7 or depth <= 0:
            return self.random.choice(_NUMBERS)
        if kind < 0.8:
            return self.random.choice(("time()", "pi()", "-1", "(2)", "1 + 2 * 3", "2 ^ -1"))
        return f"scalar({self.vector(depth - 1)})"

    def _binary(self, depth: int) -> str:
        choose, draw = self.random.choice, self.random.random
        left, sign, right = self.vector(depth), choose(_ARITHMETIC), self.vector(depth)
        if draw() < 0.3:
            right = self._scalar(depth)
            bool_ = choose(("", " bool")) if sign[0] in "<>=!" else ""
            return f"{left} {sign}{bool_} {right}"
        modifier = " bool" if sign[0] in "<>=!" and draw() < 0.3 else ""
        if draw() < 0.4:
            modifier += f" {choose(('on', 'ignoring', 'ON'))}{self._space()}{self._grouping()}"
            if draw() < 0.4:
                modifier += f" {choose(('group_left', 'group_right'))}"
                modifier += choose(("", " (le)", "(x, y)", " ()"))
        if draw() < 0.01:
            modifier += f" {choose(('fill', 'fill_left', 'fill_right'))}{self._space()}(0)"
        return f"{left} {sign}{modifier} {right}"

    def _set(self, depth: int) -> str:
        choose = self.random.choice
        modifier = ""
        if self.random.random() < 0.3:
            modifier = f" {choose(('on', 'ignoring'))} {self._grouping()}"
        return f"{self.vector(depth)} {choose(_SETS)}{modifier} {self.vector(depth)}"

    def _grouping(self) -> str:
        found = self.random.sample(("job", "instance", "le", "sum", "by", "on", '"a.b"'), 2)
        return self.random.choice(
            (f"({', '.join(found)})", f"({found[0]})", "()", f"({found[0]},)")
        )

    def _call(self, depth: int) -> str:
        return f"{self.random.choice(_OF_VECTORS)}{self._space()}({self.vector(depth)})"

    def _ranged(self, depth: int) -> str:
        return f"{self.random.choice(_OF_RANGES)}({self._range(depth)})"

    def _aggregate(self, depth: int) -> str:
        name = self.random.choice(_AGGREGATIONS)
        return self._grouped(name, f"({self.vector(depth)})")

    def _parameter(self, depth: int) -> str:
        if self.random.random() < 0.2:
            return self._grouped("count_values", f'("v", {self.vector(depth)})')
        name = self.random.choice(_PARAMETERS)
        return self._grouped(name, f"({self._scalar(depth)}, {self.vector(depth)})")

    def _grouped(self, name: str, body: str) -> str:
        """Return an aggregation, now and then with its labels before or behind."""
        kind = self.random.random()
        clause = f"{self.random.choice(('by', 'without', 'BY'))}{self._space()}{self._grouping()}"
        if kind < 0.3:
            return f"{name} {clause} {body}"
        return f"{name}{body} {clause}" if kind < 0.6 else f"{name}{self._space()}{body}"

    def _texts(self, depth: int) -> str:
        inner = self.vector(depth)
        return self.random.choice(
            (
                f'label_replace({inner}, "x", "$1,", "job", "(.*) or b")',
                f'label_join({inner}, "x", ", ", "job", "le")',
                f"sort_by_label({inner}, 'job')",
            )
        )

    def _special(self, depth: int) -> str:
        inner = self.vector(depth)
        return self.random.choice(
            (
                *(f"vector({self._scalar(depth)})", "vector(0)", f"clamp({inner}, 0, 1)"),
                *(f"histogram_quantile({self._scalar(depth)}, {inner})", f"round({inner}, 5)"),
                *(f"clamp_max({inner}, {self._scalar(depth)})", "hour()", "vector(time())"),
                *(f"quantile_over_time(0.9, {self._range(depth)})", "predict_linear(a[1h], 3600)"),
                *(f"histogram_fraction(0, 1, {inner})", f"info({inner})"),
                f'info({inner}, {{job="x", __name__="build_info"}})',
            )
        )

    def _wrapped(self, depth: int) -> str:
        inner = self.vector(depth)
        return self.random.choice(
            (f"({inner})", f"( {inner} )", f"-({inner})", f"(({inner}))", f"({inner} # ) or\n)")
        )

    def _space(self) -> str:
        return self.random.choice(("", "", "", " ", "\n"))
