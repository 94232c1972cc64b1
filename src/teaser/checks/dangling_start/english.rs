//! English openers; how to read the list stands in the module above.

/// "This week" and "this guide" point at the reader's own time and at the post itself.
pub(super) const NOUNS: &str = "post article week month year decade century guide tutorial release newsletter issue edition \
    episode page paper report book essay story series blog site website project repository course lesson workshop video \
    talk podcast note notes document chapter summer winter spring autumn fall morning afternoon evening weekend season \
    quarter monday tuesday wednesday thursday friday saturday sunday january february march april may june july august \
    september october november december week's month's year's summer's winter's spring's autumn's fall's weekend's \
    morning's guest walkthrough primer roundup recap faq readme announcement blogpost session webinar interview";

/// Phrases that hang in the air.
pub(super) const PHRASES: &str = "he|he's|he'd|he'll|she|she's|she'd|she'll|they|they're|they've|they'd|they'll|him|her|hers|his|\
    them|their|theirs|its|itself|themselves|himself|herself|it'll|it'd|\
    it|it's|it is|+it is time|+it's time|+it is official|+it's official|+it's been|+it has been|+it had been|\
    +it is no secret|+it's no secret|+it is easy to|+it's easy to|+it is hard to|+it's hard to|+it is difficult to|\
    +it's difficult to|+it is possible to|+it's possible to|+it is important to|+it's important to|\
    +it is tempting to|+it's tempting to|+it is rare|+it's rare|+it is common|+it's common|+it is not every day|\
    +it's not every day|+it isn't every day|+it is never too|+it's never too|+it is that time|+it's that time|\
    +it is worth|+it's worth|+it is said that|+it is well known that|+it is impossible to|+it's impossible to|\
    +it takes|+it took|+it turns out|+it can be|+it is easier|+it's easier|+it is always|+it's always|\
    @this|this is|this was|@these|+these days|@in this|@in these|@for this|@with this|@from this|@at this|@by this|\
    @on this|@of this|@during this|@earlier this|@later this|later|+later this|@throughout this|@over this|\
    @as part of this|@and this|\
    that|that's|that'll|that'd|those|+those who|+those of us|+those of you|such|same|the same|here|here's|+here at|\
    +here in|there|+there is|+there are|+there's|+there was|+there were|+there will|+there has|+there have|\
    +there had|+there may|+there might|+there can|+there must|+there should|+there isn't|+there aren't|\
    +there wasn't|+there weren't|+there'll|+there seems|+there seem|+there used|+there exist|+there exists|+there could|\
    &both|&neither|&either|the former ,|the former is|the former was|the former has|the former can|the latter|\
    another|others|other|the other|the others|the above|the following|all this|all that|all of this|all of that|\
    all of these|all of them|all those|all these|none of this|none of these|none of them|none of that|each of these|\
    each of them|some of these|some of them|some of those|many of these|many of them|many of those|most of these|\
    most of them|most of this|much of this|one of them|one of these|one of those|two of these|one such|any of these|\
    part of this|the rest of this|neither of|both of these|both of them|every one of these|\
    however|but|and|so|+so far|+so long|+so many|+so much|+so-called|also|yet|or|nor|thus|hence|therefore|thereby|\
    thereafter|consequently|accordingly|moreover|furthermore|additionally|nevertheless|nonetheless|meanwhile|otherwise|\
    likewise|similarly|conversely|instead|+instead of|+instead of this|besides|plus|again|anyway|anyhow|finally|lastly|\
    afterwards|afterward|subsequently|then|still ,|though ,|indeed|incidentally|alternatively|correspondingly|notably ,|\
    specifically|namely|i . e|e . g|regardless ,|rather|+rather than|    first ,|firstly|second ,|secondly|third ,|thirdly|next ,|next up|last but not least|last ,|too|ditto|even so|even then|\
    even better|even worse|even more|even though this|even this|even that|yes ,|no ,|ok ,|okay ,|well ,|right ,|sure ,|\
    now then|now ,|of course|in fact|in other words|in short|in contrast|in comparison|in conclusion|in summary|\
    in particular|in addition|in that|in those|in such|in turn|in the meantime|in either case|in both cases|in any case|\
    in any event|in the same way|in the same vein|in doing so|in so doing|in essence ,|in general ,|in practice ,|\
    in response|+in response to|in the end ,|in the process|in total ,|in view of this|in light of this|    at that|at the same time|at those|at first ,|at least ,|at which|by contrast|by comparison|by doing|by that|by then|\
    by the way|to do|to do so|to do this|to do that|to this end|to that end|to these|to those|+to those who|to this|to that|\
    to make matters worse|to be clear|to be fair|to put it|to sum up|to summarize|to illustrate|to address this|\
    to solve this|to fix this|to achieve this|to support this|to help with this|to combat this|for example|\
    for instance|for one|for that|for these|for those|+for those who|+for those of you|+for those of us|    for her|for starters|for more|for more on|for now ,|for all that|for all of|with that|with these|with those|\
    with such|with it|with them|after that|after this|after these|after those|after which|because of this|\
    because of that|because of these|because it|because they|because this|because that|due to this|due to these|\
    due to that|from there|from here|from that|from these|from then|since then|since that|since this|since these|\
    since it|since they|since he|since she|until then|until that|before that|before this|before then|\
    despite this|despite that|despite these|given this|given that|given these|    as such|as a result|as a consequence|as mentioned|as noted|as stated|as you can|as shown|as we saw|\
    as we've seen|as we have seen|as described|as discussed|as before|as above|as explained|as i said|as i mentioned|\
    as i noted|as we mentioned|as we noted|as we said|as expected|as it|as they|as he|as she|as this|as that|as these|\
    as those|as part of that|as part of these|as an example|as an alternative|as always ,|as usual ,|    as opposed to|as for|as to|along with this|along with these|along with that|along those|along these|\
    along the way|apart from that|apart from this|aside from that|aside from this|\
    other than that|on the other hand|on the one hand|on one hand|on the contrary|on top of that|on top of this|on top of it|\
    on that|on those|on these|on a related note|on the flip side|on the plus side|more importantly|\
    most importantly|more on this|more on that|more specifically|more generally|more precisely|more recently|not only that|\
    not only this|not only does it|not only is it|not only did|not surprisingly|what's more|what is more|\
    what's worse|worse ,|worse still|better yet|better still|after all|all in all|all that said|all told|\
    that said|having said that|that being said|this being said|with that said|either way|in the latter|in the former|when it|+when it comes to|\
    when they|when he|when she|when this|when that|when these|if it|if they|if he|if she|if this|if that|if these|if so|\
    if not|if not ,|while it|while they|while this|while these|while that|while he|while she|although it|\
    although this|although they|although these|although he|although she|though it|though this|though they|though he|\
    though she|once it|once they|once this|once that|once these|unlike this|unlike that|unlike these|like this|\
    like that|like these|like most of these|like them|which|which is|to which|of which|\
    in which|who is|whose|where this|where it|where they|how so|why so|among them|among these|among those|of these|\
    of those|of this|of that|of them|under this|under these|under that|between them|between these|through this|\
    through these|through that|through it|over that|over those|during that|during these|during those|    without it|without this|without that|without them|without these|within this|within these|within that|using this|\
    using these|using that|using it|based on this|based on that|based on these|building on this|building on that|\
    rather than this|similar to this|compared to this|thanks to this|thanks to these|thanks to that|    perhaps it|maybe it|maybe they|maybe this|perhaps this|perhaps they|is it|is this|is that|was it|was this|does it|\
    does this|do they|did it|did they|did he|did she|can it|can this|will it|will this|are they|are these|are those|\
    were they|has it|should it|would it|could it|could this|why is it|why is this|why does it|why this|what it|\
    what this|what these|what they|how it|how this|how does it|how does this|how do they|how did it|how did they|how is it|\
    how is this|where is it|what does it|what does this|what is it|what's this|who is it|        with their|    unfortunately it|\
    fortunately it|the second is|the first is|the third is|the first one|the second one|the third one|the last one|the first ,|the second ,|the third ,|below ,|above ,|below i|below i'm|below we|below we'll|below you|below you'll|below is|below are|two of his|two of her|two of their|\
    two of its|one of his|one of her|one of their|one of its|some of his|some of her|some of their|some of its|many of his|\
    many of her|many of their|many of its|most of his|most of her|most of their|most of its|all of his|all of her|all of their|\
    all of its|\
    the reason is|the reason for this|the result is|the result was|the idea is|the problem is|the answer is|\
    the point is|the point here|the goal here|the key here";
