"""What people talk about when nothing happens: sentences, tags and links in the languages of the stream.

`{place}`, `{thing}` and `{number}` are filled in. None of this should set off a sensible alert rule.
"""

# ruff: noqa: RUF001 - letters and marks of other scripts are meant

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final[Mapping[str, int]] = {
    "en": 40, "ja": 14, "es": 10, "pt": 7, "ar": 6, "th": 5, "ko": 5, "fr": 4, "tr": 4, "de": 3, "id": 3, "hi": 2,
    "it": 2, "ru": 2,
}  # fmt: skip
"""How many of a hundred tweets are in each language, roughly as on the real stream."""

SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "Best coffee in {place} and nobody can tell me otherwise",
        "Finally finished {thing} and I have no idea what to do with my evenings now",
        "Can somebody explain to me why {thing} takes up half my weekend, every weekend",
        "Good morning {place}, {number} km run done before sunrise",
        "If you are in {place} tonight: the sky is unreal",
        "Day {number} of learning {thing}. Progress is a flat line with hope",
        "My cat has opinions about {thing}",
        "The train from {place} was on time. I repeat, on time.",
        "I have watched {number} episodes in one sitting and regret nothing",
        "Someone on the bus just explained {thing} better than my professor ever did",
        "Hot take: {thing} was better {number} years ago",
        "Reading about {thing} at 2am again",
        "We are hiring in {place}! Come and work on {thing} with us",
        "Nothing beats the first day of autumn in {place}",
        "Feeling a bit down today, send pictures of dogs",
        "javascript or python for a first programming language? My niece is {number}",
        "New blog post: what {number} months of {thing} taught me",
        "What a goal!! {place} is going to be loud tonight",
        "Normalize leaving the party at 9:30 to go home and think about {thing}",
        "I just want to live somewhere with a good bakery and a view of {place}",
    ),
    "ja": (
        "{place}のラーメン屋、行列すごかったけど並んだ甲斐があった",
        "今日は朝から{thing}。もうこんな時間か",
        "おはようございます。今日も一日がんばりましょう",
        "推しの新曲が良すぎて{number}回聴いてる",
        "{place}は雨。傘を忘れた人、仲間です",
        "昼休みに猫を見かけたので今日は良い日",
        "仕事終わった！ビールがうまい",
    ),
    "es": (
        "Qué ganas de que llegue el fin de semana en {place}",
        "Llevo {number} horas con {thing} y no me arrepiento de nada",
        "Hoy hace un día precioso en {place}, salid a la calle",
        "¿Alguien me recomienda una serie? Ya terminé todo",
        "El café de mi abuela sigue siendo el mejor del mundo",
        "Gol, gol, gol! Esta noche no se duerme en {place}",
    ),
    "pt": (
        "Bom dia pra quem já tomou {number} cafés",
        "Ninguém me avisou que {place} era tão bonito",
        "Terminei {thing} e agora não sei o que fazer da vida",
        "Domingo, chuva e série: não preciso de mais nada",
        "Que jogo! Que jogo! Coração não aguenta",
    ),
    "ar": (
        "صباح الخير يا {place}، يوم جميل للجميع",
        "القهوة أولاً ثم كل شيء آخر",
        "أنهيت قراءة الكتاب أخيراً، أنصحكم به بشدة",
        "الجو اليوم رائع في {place}",
        "مباراة لا تصدق، {number} أهداف في شوط واحد",
    ),
    "th": (
        "วันนี้อากาศดีมาก อยากไปเที่ยว{place}",
        "กาแฟแก้วที่ {number} ของวันแล้ว",
        "คอนเสิร์ตเมื่อคืนสนุกที่สุดในชีวิต",
        "ใครดูตอนล่าสุดแล้วบ้าง ห้ามสปอยล์นะ",
        "รถติดอีกแล้ว ชีวิตคนกรุงเทพ",
    ),
    "ko": (
        "오늘 {place} 날씨 진짜 좋다",
        "커피 {number}잔째인데 아직도 졸려",
        "어제 콘서트 최고였어요 아직도 설레요",
        "퇴근하고 먹는 치킨이 제일 맛있다",
        "이 노래 하루 종일 듣는 중",
    ),
    "fr": (
        "Un café en terrasse à {place} et la journée peut commencer",
        "J'ai enfin terminé {thing}, {number} mois plus tard",
        "Le marché du dimanche, c'est sacré",
        "Qui d'autre regarde le match ce soir ?",
    ),
    "tr": (
        "{place} bu sabah çok güzel, herkese günaydın",
        "Bugün {number} bardak çay içtim, daha gün bitmedi",
        "Sonunda kitabı bitirdim, herkese tavsiye ederim",
        "Bu akşam maç var, kimse beni aramasın",
    ),
    "de": (
        "Der Zug nach {place} war pünktlich. Ich wiederhole: pünktlich.",
        "{number} Kilometer gelaufen und jetzt erst mal Kuchen",
        "Endlich Feierabend, endlich {thing}",
        "Wer in {place} ist: der Weihnachtsmarkt hat schon auf",
    ),
    "id": (
        "Kopi pagi di {place} memang paling enak",
        "Sudah {number} jam main game, besok kerja pula",
        "Macet lagi, sabar saja lah",
        "Lagu ini bikin kangen rumah",
    ),
    "hi": (
        "सुबह की चाय और बारिश, और क्या चाहिए",
        "{place} की शाम बहुत खूबसूरत है",
        "आज का मैच देखा किसी ने? {number} छक्के!",
    ),
    "it": (
        "Il caffè a {place} ha un altro sapore",
        "Domenica perfetta: mare, pizza e niente telefono",
        "Ho finito {thing} e adesso mi sento vuoto",
    ),
    "ru": (
        "Первый снег в {place}, красота",
        "Дочитал книгу за {number} дня, советую всем",
        "Кофе, плед и хороший фильм, вечер удался",
    ),
}

PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Lisbon", "Leeds", "Austin", "Nairobi", "Melbourne", "Dublin", "Toronto", "Brooklyn"),
    "ja": ("東京", "大阪", "札幌", "福岡", "京都"),
    "es": ("Madrid", "Sevilla", "Bogotá", "Rosario", "Guadalajara"),
    "pt": ("Lisboa", "Recife", "São Paulo", "Floripa", "o Porto"),
    "ar": ("القاهرة", "الرياض", "عمّان", "دبي"),
    "th": ("เชียงใหม่", "ภูเก็ต", "หัวหิน"),
    "ko": ("서울", "부산", "제주", "대전"),
    "fr": ("Lyon", "Nantes", "Bruxelles", "Marseille"),
    "tr": ("İzmir", "Ankara", "Eskişehir", "İstanbul"),
    "de": ("Leipzig", "Bern", "Graz", "Hamburg"),
    "id": ("Bandung", "Jogja", "Surabaya"),
    "hi": ("जयपुर", "मुंबई", "लखनऊ"),
    "it": ("Napoli", "Torino", "Bologna"),
    "ru": ("Казани", "Томске", "Калининграде"),
}

THINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("sourdough", "rust", "chess openings", "my thesis", "the new season", "bouldering", "tax forms", "crochet"),
    "ja": ("掃除", "ゲーム", "プログラミング", "筋トレ"),
    "es": ("la tesis", "la mudanza", "este libro"),
    "pt": ("a série", "o TCC", "esse livro"),
    "fr": ("ce roman", "les travaux", "ma thèse"),
    "de": ("Stricken", "Klettern", "das neue Album"),
    "it": ("la serie", "quel romanzo", "la tesi"),
}
"""Languages whose sentences hold no `{thing}` are left out."""

TAGS: Final = (
    "#np", "#goodmorning", "#mondaymotivation", "#100daysofcode", "#football", "#caturday", "#kpop", "#art",
    "#photography", "#おはよう", "#イラスト", "#travel", "#coffee", "#buildinpublic", "#รักเลย", "#صباح_الخير", "#덕질",
    "#books", "#running", "#gaming",
)  # fmt: skip
"""From the most used to the least."""

EMOJI: Final = ("😂", "❤️", "✨", "😭", "🔥", "🙏", "☕", "🎉", "👀", "🥹", "💪", "🐈", "🌅", "👩🏽‍💻", "🇧🇷", "🏃‍♀️")

CASHTAGS: Final = ("$ACME", "$NOVA", "$KITE", "$BTC", "$ETH")

MARKET_CHATTER: Final = (
    "{cash} going sideways again, I will check back in {number} days",
    "Added a little {cash} today. Not advice, obviously",
    "{cash} earnings call on Thursday, popcorn ready",
)

REPLIES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("this!", "so true", "where is this?", "congratulations 🎉", "need the recipe please", "same here honestly"),
    "ja": ("わかる", "いいなあ", "おめでとうございます！"),
    "es": ("totalmente", "¡felicidades!", "qué bonito"),
    "ko": ("인정합니다", "축하해요!"),
    "ar": ("ما شاء الله", "صباح النور"),
    "th": ("จริงมาก", "น่าไปจัง"),
}

LINKS: Final = ("https://t.co/{code}", "https://youtu.be/{code}", "https://blog.example.com/{code}")
