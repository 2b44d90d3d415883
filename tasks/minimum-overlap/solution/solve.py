"""Reference step function of 51 steps, largest overlap 0.3809540.

Found offline: sequential linear programming (the overlaps linearised, steps of bounded size) over
functions that are their own mirror image, from thousands of random starts. Writes steps.json.
"""

import json

STEPS = 51
HALF = [  # from the left end to the middle step; the right half mirrors it
    0.0, 0.0, 0.0, 0.0, 0.0,
    0.0337937950965, 0.571484271748, 0.8005786639874, 0.8036213035629, 0.1564021208604,
    0.0019490949932, 0.7569127462143, 0.5458364328934, 0.4983458364673, 0.7722008120043,
    0.5318752718394, 0.3964407243655, 0.6391509279795, 0.7661873595774, 0.7505371938034,
    0.7779596835413, 0.7102298687071, 0.9645417486681, 0.7948273008395, 1.0,
    0.9542496857024,
]


def main() -> None:
    """Write the heights, from left to right."""
    heights = HALF + HALF[::-1][STEPS % 2 :]
    with open("steps.json", "w") as file:
        json.dump({"heights": heights}, file)


if __name__ == "__main__":
    main()
