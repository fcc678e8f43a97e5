//! Tables, for a terminal and for a README.

use std::fmt::Write;

/// Cells in rows; the first column names the row, the others hold numbers.
#[derive(Debug)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(head: &[&str]) -> Self {
        Self {
            head: head.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
        }
    }

    /// A table from its columns: what does not take part in one has an empty cell there.
    #[must_use]
    pub fn of_columns(corner: &str, columns: &[Column]) -> Self {
        let mut table = Self::new(&[corner]);
        let mut names: Vec<&str> = Vec::new();
        for column in columns {
            table.head.push(column.head.clone());
            for (name, _) in &column.cells {
                if !names.contains(name) {
                    names.push(name);
                }
            }
        }
        for name in names {
            let mut row = vec![name.to_owned()];
            row.extend(columns.iter().map(|column| column.cell(name)));
            table.rows.push(row);
        }
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Columns in line, for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = || std::iter::once(&self.head).chain(&self.rows);
        let width = |column: usize| {
            let widths = lines().filter_map(|line| line.get(column));
            widths.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let mut text = String::new();
        for line in lines() {
            for (column, cell) in line.iter().enumerate() {
                let width = width(column);
                let _ = match column {
                    0 => write!(text, "{cell:width$}"),
                    _ => write!(text, "  {cell:>width$}"),
                };
            }
            text.push('\n');
        }
        text
    }

    /// The same for a page.
    #[must_use]
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = format!("|---|{}\n", "---:|".repeat(self.head.len() - 1));
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        line(&self.head) + &rule + &rows
    }
}

/// One column of a table whose rows are found by name.
#[derive(Debug)]
pub struct Column {
    head: String,
    cells: Vec<(&'static str, String)>,
}

impl Column {
    /// A column: the name of each row it has a cell in, and the cell.
    pub fn new(head: &str, cells: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self {
            head: head.to_owned(),
            cells: cells.into_iter().collect(),
        }
    }

    fn cell(&self, row: &str) -> String {
        let mut cells = self.cells.iter();
        let found = cells.find(|(name, _)| *name == row);
        found.map(|(_, cell)| cell.clone()).unwrap_or_default()
    }
}

/// A number with three digits that mean something.
#[must_use]
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size < 9.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
