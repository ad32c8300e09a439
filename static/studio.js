// The Studio: what plays on one mount, and what is to play. What it shows comes by
// server events; nothing is asked for again and again.

import "./console.js";
import "./onair-monitor.js";
import "./studio_tabs.js";
import "./studio_send.js";
import "./studio_deck.js";
import "./studio_wave.js";
import "./studio_library.js";
import "./studio_lists.js";
import "./studio_saved.js";
import "./meters.js";
import { follow } from "./studio_state.js";

follow();
