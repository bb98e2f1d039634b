//! The flake's MPI program, built and run with a real MPI.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const SOURCE: &str = include_str!("../../src/modules/hpc/mpi-selftest/mpi-selftest.c");

fn compile(folder: &Path, name: &str, source: &str, options: &[&str]) {
    let file = format!("{name}.c");
    fs::write(folder.join(&file), source).unwrap();
    let output = Command::new("mpicc")
        .current_dir(folder)
        .args(["-O2", "-Wall", "-Wextra", "-Werror", "-o", name, &file, "-ldl"])
        .args(options)
        .output()
        .expect("mpicc is missing: apt-get install libopenmpi-dev, or run `cargo xtask test`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn build(source: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    compile(folder.path(), "mpi-selftest", source, &[]);
    folder
}

/// Runs it on three ranks, with further options of mpirun and arguments of its own.
fn run(folder: &Path, options: &[&str], arguments: &[&str]) -> Output {
    Command::new("mpirun")
        .args(["--oversubscribe", "--allow-run-as-root", "-np", "3"])
        .args(options)
        .arg(folder.join("mpi-selftest"))
        .args(arguments)
        // Within this machine, whatever networks it has.
        .env("OMPI_MCA_btl", "self,vader")
        .output()
        .expect("mpirun is missing: apt-get install openmpi-bin, or run `cargo xtask test`")
}

#[test]
fn numbers_go_around_the_ring() {
    let folder = build(SOURCE);
    let output = run(folder.path(), &[], &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("PASSED: 3 ranks"), "{text}");
    for rank in 0..3 {
        assert!(text.contains(&format!("rank {rank} of 3 on ")), "{text}");
    }
}

/// A test that cannot fail tells nothing: here a rank sends what it should not.
#[test]
fn wrong_numbers_are_noticed() {
    let right = "fill(&sent, rank);";
    assert!(SOURCE.contains(right));
    let folder = build(&SOURCE.replace(right, "fill(&sent, rank == 1 ? 7 : rank);"));
    let output = run(folder.path(), &[], &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && text.contains("FAILED: 3 ranks"), "{text}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("what rank 1 sent arrived wrong"));
}

/// As srun starts it where it and MPI speak no common language.
#[test]
fn ranks_that_are_alone_are_noticed() {
    let folder = build(SOURCE);
    let alone = |started: &str| {
        let mut command = Command::new(folder.path().join("mpi-selftest"));
        command.env("SLURM_STEP_NUM_TASKS", started).env("OMPI_MCA_btl", "self").env("OMPI_ALLOW_RUN_AS_ROOT", "1");
        command.env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1").output().unwrap()
    };
    assert!(alone("1").status.success());
    let output = alone("4");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && complaint.contains("srun started 4 ranks that know nothing"), "{complaint}");
}

/// Without CUDA in MPI or without a GPU it says so, and does not crash with GPU memory in hand.
#[test]
fn gpus_that_cannot_be_used_are_named() {
    let folder = build(SOURCE);
    let output = run(folder.path(), &[], &["--gpu"]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{complaint}");
    assert!(complaint.contains("mpi-selftest: rank "), "{complaint}");
}

/// The driver's library is a stand-in here; what is proved is that the program calls it rightly and checks the numbers.
#[test]
fn numbers_go_from_gpu_to_gpu() {
    let folder = build(SOURCE);
    compile(
        folder.path(),
        "libcuda.so.1",
        include_str!("libcuda.c"),
        &["-shared", "-fPIC", "-Wl,-soname,libcuda.so.1"],
    );
    let library = format!("LD_PRELOAD={}", folder.path().join("libcuda.so.1").display());
    let output = run(folder.path(), &["-x", &library], &["--gpu"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("GPU stand-in") && text.contains("from GPU to GPU"), "{text}");
}
