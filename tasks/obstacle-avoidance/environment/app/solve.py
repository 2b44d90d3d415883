"""Steer a robot to its goal among moving discs: try some velocities, take the best safe one.

A velocity is judged as if it were reached at once and kept, and as if every disc flew on straight.
"""

import math

DIRECTIONS = 12  # velocities tried all around, the way to the goal among them
SPEED = 0.9  # m/s, of the velocities tried, beside standing still; 1.5 is possible
HORIZON = 3.0  # s that are looked ahead
WALL_TIME = 0.5  # s that are looked ahead for the walls
WALL_CARE = 4.0  # how much more a metre short costs there than at a disc
MARGIN = 0.3  # m to every disc that a velocity should keep within the horizon
CARE = 6.0  # what a metre short of the margin costs, in m/s towards the goal
URGENCY = 0.6  # how much more it costs if it is short right now and not at the horizon
TURN = 0.1  # what changing the velocity costs, in m/s towards the goal per m/s
RESPONSE = 5.0  # 1/s, how fast the velocity is brought to the one chosen

RADIUS = 0.25  # m, of the robot
WIDTH, HEIGHT = 12.0, 8.0  # m, the arena


def shortage(x: float, y: float, vx: float, vy: float, obstacles: list[list[float]]) -> float:
    """Return how far the margins are missed with the velocity (vx, vy), weighted, in m."""
    total = 0.0
    for ox, oy, ovx, ovy, radius in obstacles:
        dx, dy, dvx, dvy = ox - x, oy - y, ovx - vx, ovy - vy
        square = dvx * dvx + dvy * dvy
        time = -(dx * dvx + dy * dvy) / square if square > 0 else 0.0
        time = min(max(time, 0.0), HORIZON)
        gap = math.hypot(dx + time * dvx, dy + time * dvy) - radius - RADIUS
        if gap < MARGIN:
            total += (MARGIN - gap) * (1 + URGENCY * (1 - time / HORIZON))
    later_x, later_y = x + vx * WALL_TIME, y + vy * WALL_TIME
    for room in (later_x, WIDTH - later_x, later_y, HEIGHT - later_y):
        total += WALL_CARE * max(RADIUS + 0.1 - room, 0.0)
    return total


def control(state: dict, obstacles: list[list[float]]) -> list[float]:
    """Return the acceleration [ax, ay] in m/s^2 for the next 0.125 s."""
    x, y = state["position"]
    vx, vy = state["velocity"]
    gx, gy = state["goal"]
    ahead = math.atan2(gy - y, gx - x)
    velocities = [(0.0, 0.0)]
    for k in range(DIRECTIONS):
        angle = ahead + math.tau * k / DIRECTIONS
        velocities.append((SPEED * math.cos(angle), SPEED * math.sin(angle)))
    best, wx, wy = -math.inf, 0.0, 0.0
    for ux, uy in velocities:
        value = ux * math.cos(ahead) + uy * math.sin(ahead)
        value -= TURN * math.hypot(ux - vx, uy - vy)
        value -= CARE * shortage(x, y, ux, uy, obstacles)
        if value > best:
            best, wx, wy = value, ux, uy
    return [RESPONSE * (wx - vx), RESPONSE * (wy - vy)]
