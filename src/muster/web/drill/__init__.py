"""The main job, headless: simulated people muster a division through the same pages and links that real ones use."""
