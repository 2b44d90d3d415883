"""Steer a robot to its goal among moving discs: foresee them, search a way through them in time.

Discs that orbit or swing obey v'' = -w^2 v; three velocities seen in a row give w and the
acceleration, and so the whole motion. All others fly straight and bounce off the walls. With the
discs known in advance, a best-first search over velocities that are aimed at for three calls each,
moved exactly as the robot moves, finds a quick way; it is repeated every three calls.
"""

import heapq
import math

DT = 0.125  # s between two calls
HOLD = 3  # calls for which one velocity is aimed at
DEPTH = 5  # such decisions that are looked ahead
EXPANSIONS = 80  # ways that are looked at, at most
DIRECTIONS = 13  # velocities tried at full speed, beside standing still
SPREAD = 1.2  # rad, how far these turn away from the way to the goal
MARGIN = 0.04  # m to every disc that a way keeps
CELL = 0.25  # m, ways that end in one square of this size compete
FASTEST, STRONGEST = 1.5, 2.0  # m/s, m/s^2
RADIUS, ARRIVED = 0.25, 0.3  # m
WIDTH, HEIGHT = 12.0, 8.0  # m
LEARNING = 4  # calls after which all motions are known

# Between calls: discs with their pasts, velocities to aim at, calls since these were planned.
memory = {"seen": [], "plan": (), "age": 0}


def fold(place, speed, time, radius, size):
    """Return where a disc is that bounces between the walls."""
    room = size - 2 * radius
    if room <= 0 or not radius - 1e-6 <= place <= size - radius + 1e-6:
        return place + speed * time
    way = (place - radius + speed * time) % (2 * room)
    return radius + (way if way <= room else 2 * room - way)


def future(disc, time):
    """Return the place of a disc `time` seconds from now, by what its past tells."""
    (x, y, vx, vy, radius), history = disc
    if len(history) >= 2:
        (px, py), (qx, qy) = history[-1], history[-2]
        jx, jy = vx - 2 * px + qx, vy - 2 * py + qy
        square = px * px + py * py
        swing = -(jx * px + jy * py) / square if square > 1e-6 else 0.0
        rest = math.hypot(jx + swing * px, jy + swing * py)
        if 1e-4 < swing < 0.2 and rest < 2e-5:
            rate = math.acos(1 - swing / 2) / DT
            # v(t) = v cos(rate t) + c sin(rate t), and v(-DT) is known
            sine, cosine = math.sin(rate * DT), math.cos(rate * DT)
            cx, cy = (vx * cosine - px) / sine, (vy * cosine - py) / sine
            s, c = math.sin(rate * time) / rate, (1 - math.cos(rate * time)) / rate
            return x + vx * s + cx * c, y + vy * s + cy * c
    return fold(x, vx, time, radius, WIDTH), fold(y, vy, time, radius, HEIGHT)


def recognise(obstacles, first):
    """Return every disc with its earlier velocities, matched by size and place."""
    known = [] if first else memory["seen"]
    found = []
    for disc in obstacles:
        history, best = [], math.inf
        for (x, y, vx, vy, radius), earlier in known:
            reach = 0.02 + 1.5 * DT * math.hypot(vx, vy)
            if radius == disc[4] and math.hypot(x - disc[0], y - disc[1]) < reach:
                near = math.hypot(x + vx * DT - disc[0], y + vy * DT - disc[1])
                if near < best:
                    best, history = near, [*earlier, (vx, vy)][-2:]
        found.append((disc, history))
    memory["seen"] = found
    return found


def step(vx, vy, wx, wy):
    """Return the velocity one call later when (wx, wy) is aimed at."""
    dx, dy = wx - vx, wy - vy
    change = math.hypot(dx, dy)
    if change > STRONGEST * DT:
        share = STRONGEST * DT / change
        return vx + dx * share, vy + dy * share
    return wx, wy


def advance(way, target, places, goal):
    """Return `way` with one more decision, or None if that touches something.

    A way is: estimated time to the goal, minus the number of decisions, place, velocity, the
    decisions, and whether it arrives.
    """
    _, depth, x, y, vx, vy, begun, _ = way
    for k in range(-depth * HOLD, (1 - depth) * HOLD):
        ux, uy = step(vx, vy, *target)
        mx, my = x + (0.75 * vx + 0.25 * ux) * DT / 2, y + (0.75 * vy + 0.25 * uy) * DT / 2
        x, y = x + (vx + ux) * DT / 2, y + (vy + uy) * DT / 2
        vx, vy = ux, uy
        room = RADIUS + MARGIN
        if not (room < x < WIDTH - room and room < y < HEIGHT - room):
            return None
        for ax, ay, bx, by, near in places[k]:
            if (x - bx) ** 2 + (y - by) ** 2 < near or (mx - ax) ** 2 + (my - ay) ** 2 < near:
                return None
        left = math.hypot(goal[0] - x, goal[1] - y)
        if left <= ARRIVED:
            return ((k + 1) * DT, depth - 1, x, y, vx, vy, (*begun, target), True)
    toward = (vx * (goal[0] - x) + vy * (goal[1] - y)) / left
    rest = (left - ARRIVED) / FASTEST + (FASTEST - toward) ** 2 / (2 * STRONGEST * FASTEST)
    time = (1 - depth) * HOLD * DT + rest
    return (time, depth - 1, x, y, vx, vy, (*begun, target), False)


def plan(state, discs):
    """Return the velocities to aim at, one per HOLD calls, and whether they lead far enough."""
    x, y = state["position"]
    vx, vy = state["velocity"]
    goal = state["goal"]
    places = []
    for k in range(DEPTH * HOLD):
        row = []
        for disc in discs:
            ax, ay = future(disc, (k + 0.5) * DT)
            bx, by = future(disc, (k + 1) * DT)
            touch = disc[0][4] + RADIUS + MARGIN
            if math.hypot(bx - x, by - y) < touch + 1 + FASTEST * (k + 1) * DT:
                row.append((ax, ay, bx, by, touch**2))
        places.append(row)
    best = (math.inf, 0, x, y, vx, vy, (), False)
    heap, taken = [(0.0, 0, x, y, vx, vy, (), False)], set()
    for _ in range(EXPANSIONS):
        if not heap:
            break
        way = heapq.heappop(heap)
        if way[7] or -way[1] == DEPTH:
            return way[6], True
        cell = (way[1], round(way[2] / CELL), round(way[3] / CELL))
        if cell in taken:
            continue
        taken.add(cell)
        if (way[1], way[0]) < (best[1], best[0]):
            best = way
        ahead = math.atan2(goal[1] - way[3], goal[0] - way[2])
        targets = [(0.0, 0.0)]
        for k in range(DIRECTIONS):
            angle = ahead + SPREAD * (2 * k / (DIRECTIONS - 1) - 1)
            targets.append((FASTEST * math.cos(angle), FASTEST * math.sin(angle)))
        for target in targets:
            new = advance(way, target, places, goal)
            if new is not None:
                heapq.heappush(heap, new)
    return best[6], False


def control(state, obstacles):
    """Return the acceleration [ax, ay] in m/s^2 for the next 0.125 s."""
    call = round(state["time"] / DT)
    discs = recognise(obstacles, call == 0)
    if call == 0:
        memory.update(plan=(), age=0)
    if memory["age"] % HOLD == 0 or call < LEARNING:
        new, whole = plan(state, discs)
        left = memory["plan"][memory["age"] // HOLD :]
        if whole or len(new) >= len(left):
            memory.update(plan=new, age=0)
    at = memory["age"] // HOLD
    memory["age"] += 1
    target = memory["plan"][at] if at < len(memory["plan"]) else (0.0, 0.0)
    vx, vy = state["velocity"]
    ux, uy = step(vx, vy, *target)
    return [(ux - vx) / DT, (uy - vy) / DT]
