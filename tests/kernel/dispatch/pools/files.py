"""A small folder that is right, to be read as it is or with one thing changed."""

from __future__ import annotations

from pathlib import Path

CONFIG = """{
  "days": 2,
  "shifts": 2,
  "one_per_day": true,
  "rest_pairs": [[1, 0]],
  "tier_km": {"near": 0, "far": 4},
  "fairness_km": 0.5,
  "patch_km": 1,
  "seat_km": 1000,
  "radius_km": null,
  "keep_km": 0,
  "backbone_fallback": true,
  "pairs_only": false
}
"""
COMMUNITIES = """code,x_m,y_m
east,3000,0
west,0,0
"""
VOLUNTEERS = """id,community,tier,backbone,skills,available,max_shifts,history,patch
ann,east,near,1,,d0s0;d1s0,2,0,a
bo,west,far,0,nurse;driver,d0s0;d0s1;d1s0;d1s1,2,3,
cy,west,near,0,nurse,d0s0,1,1,b
"""
POSTS = """id,x_m,y_m,slot,general,backbone,skilled,skill,weight,patch
gate,0,4000,d0s0,1,1,0,,3,a
tent,0,-1000,d0s1,0,0,1,nurse,1,
"""
PAIRS = """volunteer,post,km
ann,gate,1.5
bo,tent,0.25
"""
FILES = {
    "config.json": CONFIG,
    "communities.csv": COMMUNITIES,
    "volunteers.csv": VOLUNTEERS,
    "posts.csv": POSTS,
    "pairs.csv": PAIRS,
}


def laid(folder: Path, **changed: str | bytes | None) -> Path:
    """The folder, with some files changed, or left out where None; `volunteers_csv` names volunteers.csv."""
    folder.mkdir(exist_ok=True)
    contents: dict[str, str | bytes | None] = dict(FILES)
    contents |= {name.replace("_", "."): content for name, content in changed.items()}
    for name, content in contents.items():
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
