// What every page of the console does.

import "./themes.js";
import "./pops.js";
import "./copy.js";
import "./quiet.js";
import "./palette.js";
