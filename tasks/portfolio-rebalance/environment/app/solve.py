"""Rebalance portfolios by a rating: move weight from the worst holdings to the best assets.

Every asset is rated once, by its expected return less a penalty for its own risk. Then the pair of
assets with the largest difference trades, step by step, as long as that seems to pay and the rules
allow it. Reads markets.json, writes weights.json.
"""

import json
import math

RISK_WEIGHT = 1.0  # how much of an asset's own variance counts in its rating
TYPICAL_WEIGHT = 0.1  # weight at which that variance is taken
COST_WEIGHT = 1.0  # how much of the half-spreads a trade must earn
MARGIN = 0.03  # difference of ratings, per year, that a trade must offer besides
STEP = 0.04  # weight that is moved at a time
TURNOVER_SHARE = 0.5  # of the turnover limit that is used
SECTOR_MARGIN = 0.0  # distance kept from the sector limits


class Book:
    """A portfolio while it is traded, with what the rules of its market look at."""

    def __init__(self, market: dict) -> None:
        self.market = market
        self.assets = market["assets"]
        self.weights = [asset["held"] for asset in self.assets]
        self.sectors = [0.0] * len(market["sector_volatility"])
        for asset in self.assets:
            self.sectors[asset["sector"]] += asset["held"]
        self.turnover = 0.0

    def amount(self, seller: int, buyer: int) -> float:
        """Return how much weight may be moved from `seller` to `buyer`; 0 if none."""
        market, had = self.market, self.weights[seller]
        whole = had - STEP < market["least_weight"]  # what would be left is too little to keep
        amount = had if whole else STEP
        after = self.weights[buyer] + amount
        names = sum(weight > 0 for weight in self.weights) - whole + (self.weights[buyer] == 0)
        if names > market["most_assets"]:
            return 0.0
        if not market["least_weight"] <= after <= market["most_weight"]:
            return 0.0
        if self.turnover + amount > TURNOVER_SHARE * market["most_turnover"]:
            return 0.0
        source, target = self.assets[seller]["sector"], self.assets[buyer]["sector"]
        if source != target:
            if self.sectors[source] - amount < market["least_sector"] + SECTOR_MARGIN:
                return 0.0
            if self.sectors[target] + amount > market["most_sector"] - SECTOR_MARGIN:
                return 0.0
        return amount

    def move(self, seller: int, buyer: int, amount: float) -> None:
        """Move `amount` of weight; a seller that is sold out holds exactly 0."""
        sold_out = amount == self.weights[seller]
        self.weights[seller] = 0.0 if sold_out else self.weights[seller] - amount
        self.weights[buyer] += amount
        self.sectors[self.assets[seller]["sector"]] -= amount
        self.sectors[self.assets[buyer]["sector"]] += amount
        self.turnover += amount


def variance(market: dict, asset: dict) -> float:
    """Return the variance of one asset's yearly return."""
    exposures, covariance = asset["exposures"], market["factor_covariance"]
    common = sum(
        a * covariance[i][j] * b for i, a in enumerate(exposures) for j, b in enumerate(exposures)
    )
    return common + market["sector_volatility"][asset["sector"]] ** 2 + asset["specific"] ** 2


def rate(market: dict, asset: dict) -> float:
    """Return what holding more of an asset is thought to bring per year."""
    risk = market["risk_aversion"] * variance(market, asset) * TYPICAL_WEIGHT
    return asset["expected"] - RISK_WEIGHT * risk


def rebalance(market: dict) -> list[float]:
    """Return the new weight of every asset."""
    book = Book(market)
    ratings = [rate(market, asset) for asset in book.assets]
    while True:
        best, trade = 0.0, None
        for seller, weight in enumerate(book.weights):
            for buyer, asset in enumerate(book.assets):
                if weight == 0 or buyer == seller:
                    continue
                spreads = asset["spread"] + book.assets[seller]["spread"]
                gain = ratings[buyer] - ratings[seller] - COST_WEIGHT * spreads - MARGIN
                if gain > best and (amount := book.amount(seller, buyer)) > 0:
                    best, trade = gain, (seller, buyer, amount)
        if trade is None:
            return [weight / math.fsum(book.weights) for weight in book.weights]
        book.move(*trade)


def main() -> None:
    """Rebalance the portfolio of every market."""
    with open("markets.json") as file:
        markets = json.load(file)
    weights = {name: rebalance(market) for name, market in markets.items()}
    with open("weights.json", "w") as file:
        json.dump(weights, file)


if __name__ == "__main__":
    main()
