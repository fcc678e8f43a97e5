//! A bar for each contender, as text of an SVG that can be read on light and dark pages.

use std::fmt::Write;

/// Bars on a logarithmic scale.
pub(crate) struct Plot {
    title: &'static str,
    /// What the scale counts.
    unit: &'static str,
    bars: Vec<(String, f64)>,
}

const NAMES: f64 = 270.0;
const SCALE: f64 = 440.0;
const NUMBERS: f64 = 60.0;
const LINE: f64 = 24.0;
const TOP: f64 = 56.0;
const WIDTH: f64 = NAMES + SCALE + NUMBERS;

// Grey is legible on white and on black; who can tell which page this is gets more contrast.
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#767676}.strong{font-weight:600}\
    .grid{stroke:#767676;stroke-opacity:.3}.peer{fill:#8c959f}.ours{fill:#2f81f7}\
    @media(prefers-color-scheme:light){text{fill:#24292f}}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}";

impl Plot {
    pub(crate) fn new(
        title: &'static str,
        unit: &'static str,
        bars: impl IntoIterator<Item = (String, f64)>,
    ) -> Self {
        Self {
            title,
            unit,
            bars: bars.into_iter().collect(),
        }
    }

    /// The picture; the names of ours begin with "ours".
    pub(crate) fn svg(&self) -> String {
        let bottom = self.bars.iter().fold(TOP, |y, _| y + LINE);
        let height = bottom + 44.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
             <title>{0}</title>\n<style>{STYLE}</style>\n\
             <text class=\"strong\" x=\"8\" y=\"24\">{0}</text>\n",
            escaped(self.title)
        );
        let (low, high) = self.decades();
        let x = |value: f64| NAMES + SCALE * (value.log10() - low) / (high - low);
        self.grid(&mut svg, x, bottom);
        let mut y = TOP;
        for (name, value) in &self.bars {
            let class = if name.starts_with("ours") {
                "ours"
            } else {
                "peer"
            };
            let (middle, end) = (y + LINE * 0.68, x(*value));
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{middle:.1}\" text-anchor=\"end\">{}</text>\
                 <rect class=\"{class}\" x=\"{NAMES}\" y=\"{:.1}\" width=\"{:.1}\" height=\"16\" rx=\"2\"/>\
                 <text x=\"{:.1}\" y=\"{middle:.1}\">{}</text>",
                NAMES - 8.0,
                escaped(name),
                y + 4.0,
                (end - NAMES).max(1.0),
                end.max(NAMES) + 6.0,
                cache_tests::table::number(*value),
            );
            y += LINE;
        }
        svg + "</svg>\n"
    }

    /// The powers of ten between which all bars end.
    fn decades(&self) -> (f64, f64) {
        let logs = || self.bars.iter().map(|(_, value)| value.log10());
        let low = logs().fold(f64::INFINITY, f64::min).min(0.0).floor();
        let high = logs().fold(f64::NEG_INFINITY, f64::max).max(low + 1.0);
        (low, high)
    }

    fn grid(&self, svg: &mut String, x: impl Fn(f64) -> f64, bottom: f64) {
        let (low, high) = self.decades();
        let mut mark = 10_f64.powf(low);
        while mark.log10() <= high {
            for line in [1.0, 2.0, 5.0].map(|step| step * mark) {
                if line.log10() > high {
                    continue;
                }
                let _ = writeln!(
                    svg,
                    "<line class=\"grid\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/>\
                     <text x=\"{0:.1}\" y=\"{1:.1}\" text-anchor=\"middle\">{line}</text>",
                    x(line),
                    bottom + 16.0,
                );
            }
            mark *= 10.0;
        }
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            NAMES + SCALE / 2.0,
            bottom + 36.0,
            escaped(self.unit)
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
