"""Score a sorting network for 13 channels. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

A comparator [i, j] with i < j puts the smaller of two values on channel i, the larger on j. By the
0-1 principle (D. E. Knuth, The Art of Computer Programming, vol. 3, 5.3.4) a network that sorts all
2^13 sequences of zeros and ones sorts every sequence. All are tried at once: column i is a number
with bit x for channel i of input x, and a comparator is an AND and an OR of two columns.

The score is size + depth / 10: the comparators, and the steps in which they can be carried out when
those on different channels work at the same time (every comparator as early as its channels allow).
Best known for 13 channels: 45 comparators (H. Juille, "Evolution of non-deterministic incremental
algorithms as a new approach for search in state spaces", 1995), with a depth of 10.
"""

from pathlib import Path

from answers import Scored, broken, integers, main, read_json, rows, table

OUTPUT = "network.json"
CHANNELS = 13
MOST = 200  # comparators
STEP_COST = 10  # depth counts a tenth of a comparator
BEST_KNOWN = 46.0  # 45 comparators in 10 steps; task.toml names the sources
INPUTS = 1 << CHANNELS
SHOWN = 8

Network = list[tuple[int, int]]
Columns = list[int]


def read_network(path: Path) -> Network:
    """Return the comparators. Raises Refused when something is wrong."""
    content = table(read_json(path), path.name, ("comparators",))
    network = []
    for at, row in enumerate(rows(content["comparators"], "comparators", most=MOST)):
        where = f"comparator {at}: its channels"
        low, high = integers(row, where, 2, 0, CHANNELS - 1)
        network.append((low, high))
    return network


def all_inputs() -> Columns:
    """Return per channel i the number whose bit x is bit i of x, for x = 0 ... 2^13 - 1.

    That is 2^i zeros and 2^i ones, again and again.
    """
    everything = (1 << INPUTS) - 1
    return [everything // ((1 << (1 << i)) + 1) << (1 << i) for i in range(CHANNELS)]


def carried_out(network: Network) -> tuple[Columns, list[int]]:
    """Return the columns after the network, and for each comparator how many inputs it swaps."""
    columns, swaps = all_inputs(), []
    for low, high in network:
        first, second = columns[low], columns[high]
        swaps.append((first & ~second).bit_count())
        columns[low], columns[high] = first & second, first | second
    return columns, swaps


def unsorted(columns: Columns) -> list[int]:
    """Return per pair of neighbours the inputs, as bits, that are the wrong way round there."""
    return [columns[i] & ~columns[i + 1] for i in range(CHANNELS - 1)]


def layers(network: Network) -> list[int]:
    """Return for each comparator the step in which it can be carried out, from 1."""
    busy, found = [0] * CHANNELS, []
    for low, high in network:
        step = max(busy[low], busy[high]) + 1
        busy[low] = busy[high] = step
        found.append(step)
    return found


def needless(network: Network) -> list[int]:
    """Return the comparators any one of which alone could be left out."""
    return [
        at
        for at in range(len(network))
        if not any(unsorted(carried_out(network[:at] + network[at + 1 :])[0]))
    ]


def score(app: Path) -> Scored:
    """Return the record and the feedback for the output file in the directory `app`."""
    network = read_network(app / OUTPUT)
    turned = [(at, low, high) for at, (low, high) in enumerate(network) if low >= high]
    if turned:
        words = "comparator {}: [{}, {}] must name the lower channel first, and two different ones"
        return broken((low - high + 1, words.format(at, low, high)) for at, low, high in turned)
    columns, swaps = carried_out(network)
    wrong = unsorted(columns)
    if any(wrong):
        return unsorted_feedback(columns, wrong)
    steps = layers(network)
    size, depth, idle = len(network), max(steps), swaps.count(0)
    spare = needless(network)
    record = {
        "reward": (STEP_COST * size + depth) / STEP_COST,
        "feasible": 1,
        "size": size,
        "depth": depth,
        "idle": idle,
        "needless": len(spare),
    }
    return record, praise(record["reward"], network, swaps, steps, spare)


def unsorted_feedback(columns: Columns, wrong: list[int]) -> Scored:
    """Name the neighbours that come out the wrong way round, and one input with its outcome."""
    together = 0
    for inputs in wrong:
        together |= inputs
    failed = together.bit_count()
    example = (together & -together).bit_length() - 1
    given = "".join(str(example >> i & 1) for i in range(CHANNELS))
    left = "".join(str(column >> example & 1) for column in columns)
    pairs = (
        (
            inputs.bit_count(),
            f"channels {i} and {i + 1} are out of order for some of {INPUTS} inputs",
        )
        for i, inputs in enumerate(wrong)
        if inputs
    )
    record, text = broken(pairs, unsorted_inputs=failed)
    return record, f"{text}{failed} inputs in all are not sorted: {given} becomes {left}, say.\n"


def praise(
    total: float, network: Network, swaps: list[int], steps: list[int], spare: list[int]
) -> str:
    """Say how good a network is, and which comparators do little."""
    size, depth = len(network), max(steps)
    idle = [at for at, count in enumerate(swaps) if count == 0]
    least = sorted((at for at in range(size) if swaps[at]), key=swaps.__getitem__)[:4]
    told = ", ".join(f"{list(network[at])} ({swaps[at]} inputs)" for at in least)
    per_step = [steps.count(step) for step in range(1, depth + 1)]
    return (
        f"Score {total:.1f}: {size} comparators in {depth} steps; best known {BEST_KNOWN} "
        f"(45 in 10).\n"
        f"Comparators per step: {', '.join(map(str, per_step))} (6 at most).\n"
        f"{len(idle)} never swap anything{_named(network, idle)}.\n"
        f"{len(spare)} could be left out, one alone{_named(network, spare)}.\n"
        f"Swapping least: {told}.\n"
    )


def _named(network: Network, which: list[int]) -> str:
    named = ", ".join(f"number {at} {list(network[at])}" for at in which[:SHOWN])
    return f": {named}" + (", ..." if len(which) > SHOWN else "") if which else ""


if __name__ == "__main__":
    main(score)
