"""What two sources of the field that disagree by a ratio have most likely in common."""

import math

# ratio of what the sensor reads to what it should, and the mistake that makes it
MISTAKES = (
    (math.sqrt(0.5), "rms is taken for peak (or the pick-up coil is turned by 45°)"),
    (math.sqrt(2.0), "peak and rms are mixed up"),
    (0.5, "peak-to-peak and peak are mixed up (or the pick-up coil is turned by 60°)"),
    (2.0, "peak-to-peak is taken for peak"),
    (math.sqrt(0.125), "peak-to-peak and rms are mixed up"),
    (math.sqrt(8.0), "peak-to-peak is taken for rms"),
    (2.5 / math.pi, "mT and kA/m are mixed up (or the pick-up coil is turned by 37°)"),
    (math.pi / 2.5, "mT and kA/m are mixed up, or it is another coil"),
    (0.1, "the probe's attenuation is 10:1 and is not counted"),
    (10.0, "the probe's attenuation is counted and is not there"),
)
NEAR = 0.04
NOTHING = 0.07


def likely_mistake(ratio: float) -> str:
    """Return the likely mistake for a sensor's field over the expected one, in words.

    Within 4 % of a known ratio that one is named; below 0.07 the coil has fallen off.
    """
    if not ratio >= NOTHING:
        return "the pick-up coil fell off, or is on the wrong channel"
    found = [(abs(ratio / known - 1.0), words) for known, words in MISTAKES]
    distance, words = min(found)
    if distance <= NEAR:
        return words
    if 0.5 <= ratio < 0.94:
        angle_deg = math.degrees(math.acos(ratio))
        return f"the pick-up coil is turned, by about {angle_deg:.0f}°, or out of place"
    if ratio > 1.0:
        return "another coil than the calibrated one, or the calibration is not its own"
    return "the pick-up coil is out of place, or belongs to another calibration"
