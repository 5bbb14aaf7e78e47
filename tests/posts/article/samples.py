"""Press releases invented for these tests: nobody in them exists, nobody said any of it, and no campaign is meant."""

from __future__ import annotations

ENGLISH = """SAMPLE PRESS RELEASE

Chisinau, 30 July. The exhibition “A Road Nobody Draws on Any Map” opened in three towns today.

“Nobody should pay for a job with their freedom,” said Marta Hollis, Programme Officer, IOM Moldova, at the
opening. “We say so in every school that lets us in.”

“I counted the questions until I ran out of fingers,” added Mr. Tudor Valea. The hall was full.

“Our doors are open to everybody who asks,” Ms. Hollis told reporters.
"""

RUSSIAN = """ОБРАЗЕЦ ПРЕСС-РЕЛИЗА

В Караганде открылась выставка «Дорога домой», её посетили двести человек.

«Мы начали кампанию «Дорога домой» в пяти городах и не остановимся», — сказала Ирина Соколова,
координатор МОМ в Казахстане.

«Каждый человек имеет право знать, куда он едет, — отметил директор фонда Пётр Ветров, —
и кто его там ждёт на самом деле».

«Вопросов было больше, чем ответов», – добавил он.
"""

GEORGIAN = """ნიმუში: პრესრელიზი

გამოფენა „გზა შინ“ დღეს გაიხსნა.

„ჩვენ „გზა შინ“ კამპანიას ყველა ქალაქში ვაგრძელებთ“, – განაცხადა ნინო ბერიძემ, IOM საქართველოს მისიის ხელმძღვანელმა.

დათო ქავთარი, კოორდინატორი: „ყველა კითხვას ერთად ვპასუხობთ ყოველდღე“.
"""

UNCLOSED = """SAMPLE: WORDS NOBODY CLOSED

Marta Hollis, Programme Officer, IOM Moldova: “The first thing we ask is what the person wants.

“The second thing we ask is who else should know.

Tudor Valea, teacher: "My pupils know the rules of “Find the Hook” by heart and teach them at home

That was all that was said.
"""
