"""All measurements, one after the other: ``python -m bench [--quick] [--full] [--dry-run]``."""

import argparse
import signal
import sys

from bench import autodj, beside, dashboards, fanout, levels, pages, pure, startup, transcode


def main() -> int:
    """Run them all; the status is that of the worst."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench")
    parser.add_argument("--quick", action="store_true", help="under two minutes in all")
    parser.add_argument("--full", action="store_true", help="100,000 listeners besides")
    parser.add_argument("--dry-run", action="store_true", help="print the tables only")
    options = parser.parse_args()
    # what was started is ended then too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    dry = ["--dry-run"] if options.dry_run else []
    # figures of a hasty run do not replace better ones
    hasty = ["--dry-run"] if options.quick or options.dry_run else []
    starts, seconds, answers = ("2", "0.4", "10") if options.quick else ("7", "2", "50")
    audio, live = ("20", "3") if options.quick else ("600", "30")
    files = "2000" if options.quick else "100000"
    crowd, window = ("500", "4") if options.quick else ("5000", "30")
    sizes = [f"--{name}" for name in ("quick", "full") if getattr(options, name)]
    return max(
        startup.main(["--runs", starts, *hasty]),
        pure.main(["--seconds", seconds, *hasty]),
        pages.main(["--count", answers, *hasty]),
        levels.main(["--seconds", audio, "--rounds", "3", "--live", live, *hasty]),
        transcode.main(["--seconds", audio, "--rounds", "3", "--live", live, *hasty]),
        autodj.main(["--seconds", live, "--files", files, *hasty]),
        beside.main(["--listeners", crowd, "--seconds", window, *hasty]),
        dashboards.main(["--listeners", crowd, "--seconds", window, *hasty]),
        fanout.main([*sizes, *dry]),
    )


if __name__ == "__main__":
    sys.exit(main())
