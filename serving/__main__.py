"""`python -m serving FILE`: print a file's summary, without Ray and HTTP. `-` reads standard input."""

import argparse
import sys
from pathlib import Path

from serving.config import DEFAULT_MODEL
from serving.errors import ServingError
from serving.inprocess import summarize_task
from serving.model_files import ModelFilesError
from serving.summarizer import SummaryTask


def main() -> int:
    """Run the command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m serving", description="Print the summary of a text file.")
    parser.add_argument("file", help="a text file in UTF-8, or - for standard input")
    parser.add_argument("--max-words", type=int, default=60, help="longest summary in words (default: 60)")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="model id or folder (default: %(default)s)")
    parser.add_argument("--method", choices=["auto", "abstractive", "extractive"], default="auto")
    parser.add_argument("--format", choices=["paragraph", "bullets"], default="paragraph")
    options = parser.parse_args()
    try:
        raw = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
        task = SummaryTask(
            text=raw.decode("utf-8", errors="replace"), max_words=max(1, options.max_words), format=options.format
        )
        print(summarize_task(task, model=options.model, method=options.method).summary)
    except OSError as error:
        print(f"{options.file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    except (ModelFilesError, ServingError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
