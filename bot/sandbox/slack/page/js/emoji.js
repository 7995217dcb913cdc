// The emoji names that people and apps use most. Promise: a name that is not here stays as :name:, as text.

const TABLE = `
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|warning ⚠️|no_entry ⛔
octagonal_sign 🛑|red_circle 🔴|large_blue_circle 🔵|large_green_circle 🟢|large_yellow_circle 🟡|large_orange_circle 🟠|white_circle ⚪|black_circle ⚫
large_green_square 🟩|large_yellow_square 🟨|large_red_square 🟥|large_blue_square 🟦|white_large_square ⬜|black_large_square ⬛
information_source ℹ️|question ❓|exclamation ❗|bangbang ‼️|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|wave 👋|clap 👏|raised_hands 🙌|pray 🙏|ok_hand 👌|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|muscle 💪|eyes 👀
smile 😄|smiley 😃|grinning 😀|slightly_smiling_face 🙂|blush 😊|wink 😉|thinking_face 🤔|sweat_smile 😅|joy 😂|cry 😢|disappointed 😞|confused 😕|neutral_face 😐|sunglasses 😎
heart ❤️|green_heart 💚|blue_heart 💙|tada 🎉|sparkles ✨|star ⭐|fire 🔥|rocket 🚀|zap ⚡|bulb 💡|trophy 🏆|gift 🎁
hourglass ⌛|hourglass_flowing_sand ⏳|clock1 🕐|stopwatch ⏱️|alarm_clock ⏰|calendar 📅|date 📅|spiral_calendar_pad 🗓️
arrow_forward ▶️|double_vertical_bar ⏸️|black_square_for_stop ⏹️|arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|repeat 🔁|arrows_counterclockwise 🔄|heavy_plus_sign ➕|heavy_minus_sign ➖
label 🏷️|bookmark 🔖|pushpin 📌|round_pushpin 📍|paperclip 📎|link 🔗|mag 🔍|mag_right 🔎|lock 🔒|unlock 🔓|key 🔑|gear ⚙️|wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|package 📦
file_folder 📁|open_file_folder 📂|page_facing_up 📄|memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|camera 📷|frame_with_picture 🖼️|art 🎨
robot_face 🤖|busts_in_silhouette 👥|bust_in_silhouette 👤|money_with_wings 💸|moneybag 💰|apple 🍎|green_apple 🍏|pear 🍐|tangerine 🍊|lemon 🍋|banana 🍌|grapes 🍇|cherries 🍒|strawberry 🍓|seedling 🌱|deciduous_tree 🌳
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|100 💯|checkered_flag 🏁|triangular_flag_on_post 🚩|construction 🚧|computer 💻|inbox_tray 📥|outbox_tray 📤|email 📧|house 🏠`;

export const EMOJI = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((pair) => pair.split(" "))
    .map(([name, sign]) => [name, sign]),
);

/** The sign for a name (skin tones dropped), or null. */
export function emoji(name) {
  return EMOJI.get(String(name).split("::")[0]) || null;
}

/** Text with its :names: replaced. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+)(?:::skin-tone-\d)?:/gi, (all, name) => emoji(name) || all);
}

/** Reactions offered first, each with the word that goes with it. */
export const QUICK = ["white_check_mark", "eyes", "+1", "raised_hands", "tada", "heart", "thinking_face", "question"];
