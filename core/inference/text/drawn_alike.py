"""Letters that generators of "fancy text" offer for Latin ones because they are drawn alike, and
that Unicode's table of confusable characters lacks."""

# Pairs: what is written, the Latin letter that is meant. No letters that Greek or Russian words
# have: too many of those would read as Latin.
_SYLLABICS = (
    "ᗩA ᗋA ᗸB ᑕC ᑢC ᙅC ᗫD ᕍD ᗡD ᗴE ᗱE ᕮE ᘿE ᙓE ᖵF ᘜG ᓰI ᒚJ ᒎJ ᒺL ᘻM ᙢM ᑎN ᘉN ᙁN ᓍO ᗝO ᕈP "
    "ᕵP ᑫQ ᕴQ ᖈR ᔕS ᔖS ᖶT ᑘU ᙀU ᐺV ᗯW ᘺW ᙡW ᖻY ᖿY ᘔZ"
)
_IDEOGRAPHS = (
    "卂A 厶A 乃B 匚C 刀D 乇E 千F 下F 卄H 廾H 丨I 工I 丁J 长K 片K ㄥL 乚L 爪M 从M 几N 凡N 冂N ㄖO "
    "口O 卩P ㄗP 尸P 尺R 丂S ㄒT 丅T 凵U ㄩU 山W 屮W 乂X 丫Y ㄚY 乙Z"
)
_ETHIOPIC = "ልA ጌB ርC ዕD ቿE ቻF ኗG ዘH ጎI ጋJ ጕK ረL ጠM ክN የP ዒQ ዪR ነS ፕT ሁU ሠW ሸX ሃY ጊZ"
_CHEROKEE = "ᎶG ᏆI ᏝL ᏗA ᏁN ᏨC ᎴD ᎦF ᏖT ᏬU ᏇW"
_OTHERS = "ᥲa ᥴc ᥱe ᥣl ᥒn ᥕw ⲁa ⲇd ⲱw ⲭx ֆs մu վy էt ԼL აa ცb ყy ԃd ԋh Ӏl"
_LATIN = "Ɩl ƛA ƧS ƜW ɯw ʊu ʋv ʅl ɧh ʆl ⱷo"

DRAWN_ALIKE: dict[str, str] = {
    pair[0]: pair[1]
    for pair in f"{_SYLLABICS} {_IDEOGRAPHS} {_ETHIOPIC} {_CHEROKEE} {_LATIN} {_OTHERS}".split()
}
