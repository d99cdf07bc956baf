use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man as Page;
use serde::Serialize;

use crate::args::{Arguments, Man};
use crate::failure::{Exit, Failure, Outcome};
use crate::printer::{Detail, Printer, Screen};

pub fn run(arguments: &Man, printer: &Printer) -> Outcome {
    match &arguments.out {
        Some(folder) => {
            let pages = write_all(folder).map_err(|error| {
                Failure::new(Exit::Failed, "output", format!("`{}` cannot be written: {error}", folder.display()))
            })?;
            printer.show(Exit::Fine, &Written { pages });
        }
        None => {
            let mut page = Vec::new();
            // Writing into memory does not fail.
            let _ = Page::new(Arguments::command()).render(&mut page);
            let shown = Shown { page: String::from_utf8_lossy(&page).into_owned() };
            printer.show_raw(&page, &shown);
        }
    }
    Ok(Exit::Fine)
}

fn write_all(folder: &Path) -> std::io::Result<Vec<String>> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Arguments::command(), folder)?;
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "1") {
            pages.push(path.display().to_string());
        }
    }
    pages.sort();
    Ok(pages)
}

#[derive(Serialize)]
struct Shown {
    page: String,
}

#[derive(Serialize)]
struct Written {
    pages: Vec<String>,
}

impl Screen for Written {
    fn text(&self, _: Detail) -> String {
        self.pages.iter().map(|page| format!("wrote {page}\n")).collect()
    }
}
