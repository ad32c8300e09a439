// The page for makers: lines to be copied.

import "./copy.js";
import "./themes.js";
