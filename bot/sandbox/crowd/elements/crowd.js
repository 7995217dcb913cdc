// The crowd elements that a worker page asks for, in place of https://assets.crowd.aws/crowd-html-elements.js.
// A module runs after the page is parsed, so every element finds its children when it is built.

import { CrowdBoundingBox } from "./boxes.js";
import { ImageClassifier, ImageClassifierMultiSelect, TextClassifier, TextClassifierMultiSelect } from "./choices.js";
import {
  CrowdAlert,
  CrowdButton,
  CrowdCard,
  CrowdCheckbox,
  CrowdInput,
  CrowdRadioButton,
  CrowdRadioGroup,
  CrowdSlider,
  CrowdTextArea,
} from "./fields.js";
import { CrowdForm } from "./form.js";
import { CrowdBadge, CrowdFab, CrowdIconButton, CrowdModal, CrowdTabs, CrowdToast, CrowdToggleButton } from "./more_fields.js";
import { CrowdKeypoint, CrowdLine, CrowdPolygon, CrowdPolyline } from "./points.js";
import { CrowdInstructions } from "./regions.js";
import { CrowdInstanceSegmentation, CrowdSemanticSegmentation } from "./segments.js";
import { CrowdEntityAnnotation } from "./spans.js";

const WIDGETS = {
  "crowd-image-classifier": ImageClassifier,
  "crowd-image-classifier-multi-select": ImageClassifierMultiSelect,
  "crowd-classifier": TextClassifier,
  "crowd-classifier-multi-select": TextClassifierMultiSelect,
  "crowd-bounding-box": CrowdBoundingBox,
  "crowd-polygon": CrowdPolygon,
  "crowd-polyline": CrowdPolyline,
  "crowd-line": CrowdLine,
  "crowd-keypoint": CrowdKeypoint,
  "crowd-semantic-segmentation": CrowdSemanticSegmentation,
  "crowd-instance-segmentation": CrowdInstanceSegmentation,
  "crowd-entity-annotation": CrowdEntityAnnotation,
};
const PARTS = {
  "crowd-input": CrowdInput,
  "crowd-text-area": CrowdTextArea,
  "crowd-checkbox": CrowdCheckbox,
  "crowd-radio-group": CrowdRadioGroup,
  "crowd-radio-button": CrowdRadioButton,
  "crowd-slider": CrowdSlider,
  "crowd-button": CrowdButton,
  "crowd-alert": CrowdAlert,
  "crowd-card": CrowdCard,
  "crowd-instructions": CrowdInstructions,
  "crowd-tabs": CrowdTabs,
  "crowd-modal": CrowdModal,
  "crowd-toast": CrowdToast,
  "crowd-badge": CrowdBadge,
  "crowd-icon-button": CrowdIconButton,
  "crowd-fab": CrowdFab,
  "crowd-toggle-button": CrowdToggleButton,
};

// A page that is not the portal's: AWS's elements bring their looks along.
if (!document.querySelector('link[href="/crowd/crowd.css"]')) {
  const looks = { rel: "stylesheet", href: new URL("crowd.css", import.meta.url).href };
  document.head.append(Object.assign(document.createElement("link"), looks));
}
for (const tag of Object.keys(WIDGETS)) {
  for (const element of document.querySelectorAll(tag)) element.classList.add("crowd-widget");
}
// The form last: it looks for the places that the widgets have built.
for (const [tag, element] of Object.entries({ ...PARTS, ...WIDGETS, "crowd-form": CrowdForm })) {
  customElements.define(tag, element);
}
document.documentElement.classList.add("crowd-ready");
document.dispatchEvent(new Event("all-crowd-elements-ready"));
