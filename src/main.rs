//! The page of clusterflake: an administrator designs a cluster, and downloads it as a Nix flake.

mod actions;
mod app;
mod browser;
#[cfg(test)]
mod floors;
mod forms;
mod preview;
mod state;
mod widgets;

fn main() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        state::save_at_once();
        browser::page::show_stopped();
    }));
    leptos::mount::mount_to_body(app::App);
    browser::page::hide_loading();
}
