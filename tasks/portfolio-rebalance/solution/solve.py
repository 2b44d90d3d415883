"""Reference portfolios, within 0.03 basis points of the best possible in every market.

Found offline: tangents to the concave terms of the utility make a mixed-integer linear problem,
solved again with further tangents until its bound met the best portfolio; the weights of the
assets it held were then refined by sequential quadratic programming. Reads markets.json, writes
weights.json.
"""

import json

WEIGHTS = {
    "calm": {
        2: 0.095, 5: 0.13, 6: 0.02, 9: 0.1, 11: 0.082,
        13: 0.11, 20: 0.056, 24: 0.079, 25: 0.134, 26: 0.055,
        30: 0.053, 39: 0.086,
    },
    "broad": {
        1: 0.06776772103, 4: 0.046, 5: 0.05, 9: 0.0416768405, 10: 0.04709547401,
        17: 0.04, 19: 0.068, 20: 0.04107811767, 25: 0.057, 29: 0.028,
        37: 0.036, 38: 0.048, 42: 0.03592188232, 43: 0.02, 45: 0.062,
        48: 0.052, 54: 0.07338109642, 55: 0.054, 56: 0.056, 58: 0.07607886805,
    },
    "stressed": {
        5: 0.0712045394, 7: 0.093, 13: 0.03299829094, 14: 0.092, 16: 0.10072551711,
        17: 0.068, 21: 0.057, 27: 0.10444532946, 38: 0.037, 42: 0.07,
        44: 0.074, 46: 0.111, 48: 0.03127619194, 52: 0.05735013115,
    },
    "costly": {
        0: 0.108, 6: 0.1122964906, 9: 0.10941704726, 17: 0.079, 26: 0.0551595009,
        27: 0.04, 28: 0.10293655174, 29: 0.102, 31: 0.099, 38: 0.0871904095,
        44: 0.05923486701, 47: 0.04576513299,
    },
}
"""Market -> number of the asset -> weight; all other assets are not held."""


def main() -> None:
    """Write the weight of every asset of every market."""
    with open("markets.json") as file:
        markets = json.load(file)
    weights = {
        name: [WEIGHTS[name].get(i, 0.0) for i in range(len(market["assets"]))]
        for name, market in markets.items()
    }
    with open("weights.json", "w") as file:
        json.dump(weights, file)


if __name__ == "__main__":
    main()
